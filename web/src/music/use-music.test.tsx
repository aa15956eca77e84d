import { create } from "@bufbuild/protobuf";
import { createRouterTransport } from "@connectrpc/connect";
import { TransportProvider } from "@connectrpc/connect-query";
import { type AdjustAnalysisRequest, AnalysisService } from "@sound-forge-alchemy/api/alchemy/analysis/v1/analysis_service_pb.js";
import { type Corrections, CorrectionsSchema, ResultsSchema } from "@sound-forge-alchemy/api/alchemy/analysis/v1/results_pb.js";
import { TrackSchema } from "@sound-forge-alchemy/api/alchemy/library/v1/track_pb.js";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, renderHook, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";

import { useMusic } from "./use-music";

/** A server that knows one song, and corrects its tempo. */
function server() {
  const calls: AdjustAnalysisRequest[] = [];
  let corrections: Corrections | undefined;
  let revision = 1n;
  const results = () =>
    create(ResultsSchema, {
      revision,
      provenance: [{}],
      rhythm: { tempo: { bpm: corrections?.bpm ?? 60 }, beats: [{ time: 1 }, { time: 2 }] },
      ...(corrections && { corrections }),
    });
  const transport = createRouterTransport(({ service }) => {
    service(AnalysisService, {
      getResults: () => ({ results: results() }),
      listAnalyses: () => ({}),
      adjustAnalysis: (request) => {
        calls.push(request);
        revision += 1n;
        if (request.reset.length) corrections = undefined;
        if (request.tempo.case === "tempoFactor") corrections = create(CorrectionsSchema, { bpm: (corrections?.bpm ?? 60) * request.tempo.value });
        if (request.tempo.case === "bpm") corrections = create(CorrectionsSchema, { bpm: request.tempo.value });
        return { results: results() };
      },
    });
  });
  const client = new QueryClient();
  const wrapper = ({ children }: { children: React.ReactNode }) => (
    <TransportProvider transport={transport}>
      <QueryClientProvider client={client}>{children}</QueryClientProvider>
    </TransportProvider>
  );
  return { calls, wrapper, measureAgain: () => (revision += 1n), revision: () => revision };
}

test("corrections show at once, and are taken back one by one", async () => {
  const { wrapper } = server();
  const track = create(TrackSchema, { name: "tracks/t" });
  const { result } = renderHook(() => useMusic(track), { wrapper });
  const bpm = () => result.current.results?.rhythm?.tempo?.bpm;
  await waitFor(() => expect(bpm()).toBe(60));
  expect(result.current.undo).toBeUndefined();
  act(() => result.current.correct({ kind: "tempo", factor: 2 }));
  await waitFor(() => expect(bpm()).toBe(120));
  act(() => result.current.correct({ kind: "tempo", factor: 2 }));
  await waitFor(() => expect(bpm()).toBe(240));
  act(() => result.current.undo?.());
  await waitFor(() => expect(bpm()).toBe(120));
  act(() => result.current.undo?.());
  await waitFor(() => expect(bpm()).toBe(60));
  expect(result.current.undo).toBeUndefined();
});

test("what is measured elsewhere is read again", async () => {
  const { wrapper, measureAgain, revision } = server();
  const { result, rerender } = renderHook(({ seen }) => useMusic(create(TrackSchema, { name: "tracks/t", music: { revision: seen } })), {
    wrapper,
    initialProps: { seen: 1n },
  });
  await waitFor(() => expect(result.current.results?.revision).toBe(1n));
  measureAgain();
  rerender({ seen: revision() });
  await waitFor(() => expect(result.current.results?.revision).toBe(2n));
});
