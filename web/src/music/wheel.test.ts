import { expect, test } from "vitest";

import { camelotCode } from "./pitch";
import { mixes, WHEEL } from "./wheel";

const mixing = (code: string) => {
  const one = WHEEL.find((key) => camelotCode(key) === code);
  return one ? WHEEL.filter((other) => mixes(one, other)).map(camelotCode) : [];
};

test("keys mix with their neighbours on the wheel, which closes, and with their relatives", () => {
  expect(mixing("8A")).toEqual(["7A", "8A", "8B", "9A"]);
  expect(mixing("12B")).toEqual(["1B", "11B", "12A", "12B"]);
});

test("the wheel is in order", () => expect(WHEEL.map(camelotCode)).toEqual(Array.from({ length: 12 }, (_, hour) => [`${hour + 1}A`, `${hour + 1}B`]).flat()));
