import { create } from "@bufbuild/protobuf";
import { CurveSchema } from "@sound-forge-alchemy/api/alchemy/analysis/v1/results_pb.js";
import { describe, expect, test } from "vitest";

import { shades } from "./heat";
import { strokesOf } from "./lines";
import { linear, logarithmic, roomFor, ticks } from "./scale";

describe("scales", () => {
  test("are linear, or by octaves, and keep to their ends", () => {
    const [level, pitch] = [linear(-60, 0), logarithmic(100, 6400)];
    expect([-90, -60, -15, 0, 3].map(level.share)).toEqual([0, 0, 0.75, 1, 1]);
    expect([100, 800, 6400].map(pitch.share)).toEqual([0, 0.5, 1].map((share) => expect.closeTo(share, 9) as number));
    expect(pitch.value(0.5)).toBeCloseTo(800);
  });

  test.each([
    [-50, -14, 4, [-50, -40, -30, -20]],
    [115, 125, 3, [115, 120, 125]],
    [0, 1, 5, [0, 0.2, 0.4, 0.6, 0.8, 1]],
  ])("from %d to %d about %d marks are round", (low, high, about, marks) =>
    expect(ticks(low, high, about)).toEqual(marks.map((mark) => expect.closeTo(mark, 9) as number)),
  );

  test("a curve that hardly moves gets room around it", () => {
    const { low, high } = roomFor({ low: 119.8, high: 120.3 }, 10, 1);
    expect([low, high]).toEqual([115, 126]);
  });
});

describe("a curve", () => {
  const curve = create(CurveSchema, { start: 0, step: 1, dimensions: 1, values: [0, 1, NaN, 1, 0, 1] });
  const drawn = (view: { start: number; length: number }, leap?: number) => strokesOf(curve, view, linear(0, 1), 100, 10, leap).map((stroke) => stroke.map(({ x, y }) => [x, y]));

  test("has a gap where there is no value", () =>
    expect(drawn({ start: 0, length: 5 })).toEqual([
      [[0, 10], [20, 0]],
      [[60, 0], [80, 10], [100, 0]],
    ]));

  test("goes on a step beyond what is in sight, so that it does not end before the edge", () => expect(drawn({ start: 3.5, length: 1 })).toEqual([[[-50, 0], [50, 10], [150, 0]]]));

  test("is not drawn through leaps that are none", () => expect(drawn({ start: 3, length: 2 }, 0.5)).toEqual([[[0, 0]], [[50, 10]], [[100, 0]]]));
});

test("a heat map goes through the colours of its tokens", () => {
  const tokens = new Map([["--heat-0", "#000000"], ["--heat-1", "#400000"], ["--heat-2", "#800000"], ["--heat-3", "#c00000"], ["--heat-4", "#ff8040"]]);
  const colours = shades((token) => tokens.get(token) ?? "");
  const at = (shade: number) => [...colours.slice(shade * 3, shade * 3 + 3)];
  expect([at(0), at(255)]).toEqual([[0, 0, 0], [255, 128, 64]]);
  expect(at(128)[0]).toBeCloseTo(128, -1);
});
