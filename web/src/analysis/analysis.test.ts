import { create } from "@bufbuild/protobuf";
import { AnalysisSchema } from "@sound-forge-alchemy/api/alchemy/analysis/v1/analysis_pb.js";
import { CurveKind, CurveSchema, ResultsSchema, SpectrogramSchema } from "@sound-forge-alchemy/api/alchemy/analysis/v1/results_pb.js";
import { JobState } from "@sound-forge-alchemy/api/alchemy/type/v1/job_pb.js";
import { describe, expect, test } from "vitest";

import { chromaColumns, chromaSum, strongest } from "./chroma";
import { cursorAfter } from "./keys";
import { place, spokesOf } from "./radar";
import { sourcesOf } from "./sources";
import { bandsAt, heightOf, levelOf, tilesFor } from "./spectrum";

describe("a spectrogram", () => {
  test("of the whole song is fine enough until somebody looks closer; then tiles join and end with the song", () => {
    expect(tilesFor(0.4, { start: 0, length: 400 }, 0.4, 400)).toEqual([]);
    const tiles = tilesFor(0.4, { start: 100, length: 100 }, 0.1, 200);
    expect(tiles.map(({ start, end }) => [start, end])).toEqual([[51.2, 102.4], [102.4, expect.closeTo(153.6, 9)], [expect.closeTo(153.6, 9), 200]]);
  });

  test("is not asked for finer steps than there are", () => {
    const [tile] = tilesFor(0.372, { start: 0, length: 1 }, 0.001, 200);
    expect(tile?.end).toBeCloseTo(512 * 0.0465); // 46 ms
  });

  test("has its bands at a second, and levels in dB", () => {
    const spectrogram = create(SpectrogramSchema, { start: 0.5, step: 1, bandHz: [100, 1000], levels: Uint8Array.of(255, 5, 155, 0) });
    expect(bandsAt(spectrogram, 1.4)).toEqual(Uint8Array.of(155, 0));
    expect([bandsAt(spectrogram, -0.1), bandsAt(spectrogram, 2.1)]).toEqual([undefined, undefined]);
    expect([255, 155, 0].map(levelOf)).toEqual([0, -40, -102]);
  });

  test("has frequencies between its bands, and those beyond them at its edges", () =>
    expect([50, 100, 150, 200, 900].map((hz) => heightOf([100, 200], hz))).toEqual([0.25, 0.25, 0.5, 0.75, 0.75]));
});

describe("chroma", () => {
  const steps = [0, 0, 1, 1].map((loud) => Array.from({ length: 12 }, (_, note) => (note === 9 ? 1 : note === 4 ? loud : 0)));
  const curve = create(CurveSchema, { kind: CurveKind.CHROMA, step: 1, dimensions: 12, values: steps.flat() });
  const columns = (count: number, view = { start: -0.5, length: 4 }) => {
    const shares = chromaColumns(curve, view, count);
    return Array.from({ length: count }, (_, column) => shares[column * 12 + 4]);
  };

  test("is the mean of the steps in a column, or the step where there are more columns than steps", () => {
    expect(columns(2)).toEqual([0, 1]);
    expect(columns(1)).toEqual([0.5]);
    expect(columns(8)).toEqual([0, 0, 0, 0, 1, 1, 1, 1]);
  });

  test("is nothing after its end", () => expect(columns(2, { start: 1.5, length: 4 })).toEqual([1, 0]));

  test("names the notes that stand out, the strongest first", () => {
    expect(strongest(chromaSum(curve), 4)).toEqual([9, 4]);
    expect(strongest(chromaSum(curve), 1)).toEqual([9]);
    expect(strongest(new Array<number>(12).fill(0), 4)).toEqual([]);
  });
});

describe("the shape of the sound", () => {
  const results = create(ResultsSchema, { duration: 10, timbre: { energyDb: -10, centroidHz: 800, rolloffHz: 99_999 }, rhythm: { onsets: Array.from({ length: 30 }, (_, i) => i / 3) } });

  test("has a spoke for each measure that there is, and keeps to its rim", () => {
    const spokes = spokesOf(results, new Map());
    expect(spokes.map(({ measure, share }) => [measure, Number(share.toFixed(2))])).toEqual([
      ["energy", 0.75],
      ["brightness", 0.5],
      ["reach", 1],
      ["density", 0.25],
    ]);
  });

  test("takes contrast from its curve", () => {
    const contrast = create(CurveSchema, { values: [10, NaN, 30] });
    expect(spokesOf(results, new Map([[CurveKind.CONTRAST, contrast]])).find(({ measure }) => measure === "contrast")?.value).toBe(20);
  });

  test("begins at the top", () => {
    expect(place(0, 4, 10)).toEqual({ x: 0, y: -10 });
    expect(place(1, 4, 10).x).toBeCloseTo(10);
  });
});

test("the newest analysis of each source is offered, if it succeeded and its file is there", () => {
  const analysis = (id: string, more: { artifact?: string; stems?: string[]; state?: JobState } = {}) =>
    create(AnalysisSchema, { name: `tracks/t/analyses/${id}`, state: JobState.SUCCEEDED, ...more });
  const stems = new Map([["tracks/t/artifacts/v", "vocals"]]);
  const sources = sourcesOf(
    "tracks/t",
    [
      analysis("1"),
      analysis("2"),
      analysis("3", { stems: ["vocals", "drums"] }),
      analysis("4", { stems: ["drums", "vocals"] }),
      analysis("5", { artifact: "tracks/t/artifacts/v" }),
      analysis("6", { artifact: "tracks/t/artifacts/gone" }),
      analysis("7", { state: JobState.FAILED }),
      create(AnalysisSchema, { name: "tracks/other/analyses/8", state: JobState.SUCCEEDED }),
    ],
    (artifact) => stems.get(artifact),
  );
  expect(sources.map(({ analysis, stem, stems }) => [analysis.slice(-1), stem, stems.length])).toEqual([
    ["5", "vocals", 0],
    ["4", "", 2],
    ["2", "", 0],
  ]);
});

describe("the cursor", () => {
  const song = { view: { start: 0, length: 40 }, seconds: 40, beats: [], sections: [{ start: 0, end: 20 }, { start: 20, end: 40 }] };
  const after = (key: string, at: number, shiftKey = false) => cursorAfter({ key, shiftKey }, at, song);

  test("goes a tenth with Shift where there are no bars, and stays in the song", () => {
    expect(after("ArrowRight", 10, true)).toBe(14);
    expect(after("ArrowLeft", 0.1)).toBe(0);
    expect(after("ArrowRight", 40)).toBe(40);
  });

  test("goes to the parts beside it, and stays after the last", () => expect([after(".", 5), after(",", 25), after(",", 20), after(".", 30)]).toEqual([20, 20, 0, 30]));

  test("leaves other keys alone", () => expect(after("x", 5)).toBeUndefined());
});
