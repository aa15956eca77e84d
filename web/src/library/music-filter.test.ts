import { expect, test } from "vitest";

import { camelotCode } from "../music/pitch";
import { WHEEL } from "../music/wheel";
import { ANY_MUSIC, fits } from "./music-filter";

const key = (code: string) => WHEEL.find((one) => camelotCode(one) === code);

test.each([
  [119.9, false],
  [120, true],
  [128, true],
  [128.1, false],
  [0, false],
])("120-128 BPM holds %d: %s", (bpm, held) => expect(fits({ ...ANY_MUSIC, slowest: 120, fastest: 128 }, bpm, undefined)).toBe(held));

test("one tempo is what rounds to it; half and double time count if one likes", () => {
  const filter = { ...ANY_MUSIC, slowest: 124, fastest: 124 };
  expect(fits(filter, 124.4, undefined)).toBe(true);
  expect(fits(filter, 62, undefined)).toBe(false);
  expect([62, 248, 31].map((bpm) => fits({ ...filter, octaves: true }, bpm, undefined))).toEqual([true, true, false]);
});

test("a key is itself alone, or with what mixes with it; an unknown one fits none", () => {
  const filter = { ...ANY_MUSIC, key: key("8A") };
  expect(fits(filter, 0, key("9A"))).toBe(true);
  expect(fits({ ...filter, mixing: false }, 0, key("9A"))).toBe(false);
  expect(fits({ ...filter, mixing: false }, 0, key("8A"))).toBe(true);
  expect(fits(filter, 0, undefined)).toBe(false);
});
