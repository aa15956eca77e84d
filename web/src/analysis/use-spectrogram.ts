import { createClient, type Transport } from "@connectrpc/connect";
import { useTransport } from "@connectrpc/connect-query";
import { AnalysisService } from "@sound-forge-alchemy/api/alchemy/analysis/v1/analysis_service_pb.js";
import type { Results, Spectrogram } from "@sound-forge-alchemy/api/alchemy/analysis/v1/results_pb.js";
import { useQueries, useQuery } from "@tanstack/react-query";

import type { ViewWindow } from "../studio/view-window";
import { TILE_STEPS, tilesFor } from "./spectrum";

/** Steps of the picture of the whole song, which is there at every zoom while finer tiles arrive. */
const WHOLE_STEPS = 1024;
/** An edge of a tile may lie within a step; both ends then have one more. */
const EDGES = 2;

/** The spectrogram of a window: coarse first, then the tiles that are fine enough for so many pixels. */
export function useSpectrogram(results: Results, view: ViewWindow, pixels: number) {
  const transport = useTransport();
  const { name, duration } = results;
  const key = ["spectrogram", name, String(results.revision)];
  const whole = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => stretch(transport, { name, start: 0, end: 0, maxSteps: WHOLE_STEPS }, signal),
    staleTime: Infinity,
  });
  const tiles = whole.data ? tilesFor(whole.data.step, view, view.length / Math.max(1, pixels), duration) : [];
  const fine = useQueries({
    queries: tiles.map(({ start, end }) => ({
      queryKey: [...key, start, end],
      queryFn: ({ signal }: { signal: AbortSignal }) => stretch(transport, { name, start, end, maxSteps: TILE_STEPS + EDGES }, signal),
      staleTime: Infinity,
    })),
    combine: (queries) => queries.flatMap(({ data }) => (data ? [data] : [])),
  });
  return { whole: whole.data, fine, error: whole.error, refetch: () => void whole.refetch() };
}

async function stretch(
  transport: Transport,
  request: { name: string; start: number; end: number; maxSteps: number },
  signal: AbortSignal,
): Promise<Spectrogram | null> {
  const { spectrogram } = await createClient(AnalysisService, transport).getSpectrogram(request, { signal });
  return spectrogram ?? null;
}
