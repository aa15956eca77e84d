import { expect, test } from "vitest";

import { matricesOf, NEUTRAL, panMatrix } from "./mix";

const rounded = (matrix: readonly number[]) => matrix.map((gain) => Math.round(gain * 1e6) / 1e6);

test("in the middle nothing changes, at the ends everything is on one side", () => {
  expect(rounded(panMatrix(1, 0))).toEqual([1, 0, 0, 1]);
  expect(rounded(panMatrix(1, -1))).toEqual([1, 1, 0, 0]);
  expect(rounded(panMatrix(0.5, 1))).toEqual([0, 0, 0.5, 0.5]);
});

test("the power of the side that moves is kept", () => {
  for (const pan of [-0.7, -0.3, 0.2, 0.9]) {
    const [ll, rl, lr, rr] = panMatrix(1, pan);
    expect(rl ** 2 + rr ** 2).toBeCloseTo(1, 9);
    expect(ll ** 2 + lr ** 2).toBeCloseTo(1, 9);
  }
});

test("a solo silences the others, and a mute silences a solo", () => {
  const sounding = (stems: Parameters<typeof matricesOf>[0]) => matricesOf(stems).map((matrix) => matrix.some((gain) => gain > 0));
  expect(sounding([NEUTRAL, NEUTRAL])).toEqual([true, true]);
  expect(sounding([{ ...NEUTRAL, solo: true }, NEUTRAL])).toEqual([true, false]);
  expect(sounding([{ ...NEUTRAL, solo: true, muted: true }, NEUTRAL])).toEqual([false, false]);
});
