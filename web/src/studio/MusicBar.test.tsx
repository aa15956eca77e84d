import { create } from "@bufbuild/protobuf";
import { AnalysisSchema } from "@sound-forge-alchemy/api/alchemy/analysis/v1/analysis_pb.js";
import { ResultsSchema } from "@sound-forge-alchemy/api/alchemy/analysis/v1/results_pb.js";
import { JobState } from "@sound-forge-alchemy/api/alchemy/type/v1/job_pb.js";
import { Mode } from "@sound-forge-alchemy/api/alchemy/type/v1/music_pb.js";
import { cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";

import { failureOfJob } from "../api/failure";
import { musicOf } from "../music/music";
import type { TrackMusic } from "../music/use-music";
import { TooltipProvider } from "../ui/Tooltip";
import { MusicBar } from "./MusicBar";
import type { Session } from "./session";

const RESULTS = create(ResultsSchema, {
  duration: 40,
  rhythm: { tempo: { bpm: 64 }, metre: { beatsPerBar: 3, beatUnit: 4 }, beats: [{ time: 11 }, { time: 12 }] },
  tonality: { estimate: { key: { tonic: 0, mode: Mode.MAJOR } } },
});

function open(known: Partial<TrackMusic>, { semitones = 0, seconds = 0, begin = 0 } = {}) {
  const calls = { analyse: vi.fn(), correct: vi.fn(), cancel: vi.fn(), retry: vi.fn() };
  const music: TrackMusic = { results: undefined, unknown: false, error: null, refetch: vi.fn(), job: undefined, failed: undefined, undo: undefined, ...calls, ...known };
  render(
    <TooltipProvider>
      <MusicBar
        session={{ seconds } as unknown as Session}
        music={music.results && musicOf(music.results, begin, 40)}
        known={music}
        begin={begin}
        semitones={semitones}
        open
        onOpen={vi.fn()}
      />
    </TooltipProvider>,
  );
  return calls;
}

afterEach(cleanup);

const click = (name: string) => userEvent.click(screen.getByRole("button", { name }));

test("tempo, metre and key are told; the key as it sounds", () => {
  open({ results: RESULTS }, { semitones: 2 });
  expect(screen.getByText("64.0 BPM")).toBeTruthy();
  expect(screen.getByText("3/4")).toBeTruthy();
  expect(screen.getByText("D · 10B")).toBeTruthy();
});

test("a song that nobody measured can be", async () => {
  const { analyse } = open({ unknown: true });
  await click("Analyse");
  expect(analyse).toHaveBeenCalledWith();
});

test("an analysis under way says what it does, how far it is, and can be stopped", async () => {
  const job = create(AnalysisSchema, { name: "tracks/t/analyses/a", state: JobState.RUNNING, progress: { stage: "chords", fraction: 0.4 } });
  const { cancel } = open({ job });
  expect(screen.getByRole("status").textContent).toContain("Finding the chords, 40 %");
  await click("Cancel the analysis");
  expect(cancel).toHaveBeenCalledWith(job);
});

test("an analysis that failed says why, and can be tried again", async () => {
  const failed = create(AnalysisSchema, { name: "tracks/t/analyses/a", state: JobState.FAILED });
  const { retry } = open({ failed, unknown: true });
  await click("The analysis did not work");
  expect(screen.getByRole("alert").textContent).toContain(failureOfJob(failed.error).words);
  await click("Retry");
  expect(retry).toHaveBeenCalledWith(failed);
});

test("what was measured is corrected, and the correction taken back", async () => {
  const undo = vi.fn();
  const { correct } = open({ results: RESULTS, undo }, { seconds: 5, begin: 10 });
  await click("Correct tempo, beats and key");
  await click("Double");
  await click("10 ms later");
  await click("Downbeat here");
  expect(correct.mock.calls.map(([change]: unknown[]) => change)).toEqual([
    { kind: "tempo", factor: 2 },
    { kind: "shift", seconds: 0.01 },
    { kind: "downbeat", at: 15 }, // of the track, of which the deck is a part
  ]);
  await click("Undo");
  expect(undo).toHaveBeenCalledOnce();
  expect(screen.getByRole<HTMLButtonElement>("button", { name: "As measured" }).disabled).toBe(true);
});
