import { create } from "@bufbuild/protobuf";
import { CurveSchema } from "@sound-forge-alchemy/api/alchemy/analysis/v1/results_pb.js";
import { describe, expect, test } from "vitest";

import { thinned } from "./chords";
import { between, extent, peakOf, stepAt, valueAt } from "./curves";

describe("a curve", () => {
  const curve = create(CurveSchema, { start: 0.5, step: 0.5, dimensions: 1, values: [-30, -10, NaN, -20] });

  test("has a value next to each second that it covers, and none elsewhere", () =>
    expect([0.2, 0.5, 0.9, 1.5, 2.2, 2.3].map((second) => valueAt(curve, second))).toEqual([undefined, -30, -10, undefined, -20, undefined]));

  test("of several dimensions has them all at once", () => {
    const two = create(CurveSchema, { step: 1, dimensions: 2, values: [1, 2, 3, 4] });
    expect([stepAt(two, 1.2), stepAt(two, 2)]).toEqual([[3, 4], undefined]);
  });

  test("knows its ends and its peak, whatever is missing in it", () => {
    expect(extent(curve)).toEqual({ low: -30, high: -10 });
    expect(between(curve, 0.5, 1)).toEqual({ low: -20, high: -10 });
    expect(peakOf(curve)).toEqual({ second: 1, value: -10 });
    expect(peakOf(curve, -1)).toEqual({ second: 0.5, value: -30 });
    expect(extent(create(CurveSchema, { values: [NaN] }))).toBeUndefined();
  });
});

describe("chords in view", () => {
  const chords = [
    { start: 0, end: 2, label: "A:min7", simple: "A:min" },
    { start: 2, end: 4, label: "A:min", simple: "A:min" },
    { start: 4, end: 4.1, label: "F:maj", simple: "F:maj" },
    { start: 4.1, end: 8, label: "C:maj", simple: "C:maj" },
  ];
  const labels = (start: number, length: number, width: number, simple = false) => thinned(chords, { start, length }, width, simple).map(({ label, start, end }) => `${label} ${start}-${end}`);

  test("that are the same triad are one, for people who strum", () => expect(labels(0, 8, 800, true)).toEqual(["A:min 0-4", "F:maj 4-4.1", "C:maj 4.1-8"]));

  test("that would be too thin are left out where one is drawn already", () => expect(labels(0, 8, 8)).toEqual(["A:min7 0-2", "F:maj 4-4.1", "C:maj 4.1-8"]));

  test("are those in view", () => expect(labels(4.5, 1, 80)).toEqual(["C:maj 4.1-8"]));
});
