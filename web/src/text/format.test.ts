import { expect, test } from "vitest";

import { ago, clock, isolated, percent, preciseClock, roughly, size } from "./format";

test.each([
  [0, "0:00"],
  [59.99, "0:59"],
  [187, "3:07"],
  [3729, "1:02:09"],
])("clock(%d) is %s", (seconds, text) => expect(clock(seconds)).toBe(text));

test("the transport shows tenths, and does not run ahead", () => {
  expect(preciseClock(187.49)).toBe("3:07.4");
  expect(preciseClock(0.3)).toBe("0:00.3");
});

test("a job is never 100 % before its end", () => expect(percent(0.9999)).toBe("99 %"));

test.each([
  [0.2, "1 s"],
  [90, "2 min"],
  [4800, "1 h 20 min"],
])("roughly(%d) is %s", (seconds, text) => expect(roughly(seconds)).toBe(text));

test.each([
  [512, "512 B"],
  [1_940_000, "1.9 MB"],
  [83_100_000, "83 MB"],
  [2_147_483_648n, "2.1 GB"],
])("size(%d) is %s", (bytes, text) => expect(size(bytes)).toBe(text));

test("ago counts from now, and names days of other years in full", () => {
  const now = new Date(2026, 10, 22, 12);
  expect(ago(new Date(2026, 10, 22, 11, 59, 30), now)).toBe("just now");
  expect(ago(new Date(2026, 10, 22, 9), now)).toBe("3 h ago");
  expect(ago(new Date(2025, 10, 2), now)).toBe("Nov 2, 2025");
});

test("only a name that is written from right to left is isolated", () => {
  expect(isolated("Slow Motion")).toBe("Slow Motion");
  expect(`“${isolated("שיר (Live)")}”`).toBe("“\u2068שיר (Live)\u2069”");
});
