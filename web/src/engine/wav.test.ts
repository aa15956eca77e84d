import { expect, test } from "vitest";

import { decodeFrames, parseWav, type WavFormat, WavUnreadable } from "./wav";
import { wavFile } from "./wav-fixture";

function head(file: Uint8Array<ArrayBuffer>): WavFormat {
  const format = parseWav(file);
  if (!format) throw new Error("The head is not complete.");
  return format;
}

test.each([
  [16, false],
  [24, false],
  [32, false],
  [32, true],
] as const)("samples of %d bits (float: %s) come back", (bits, float) => {
  const left = [0, 0.5, -0.5, -1, 0.25];
  const right = [0.125, -0.125, 0, 0.75, -0.75];
  const file = wavFile([left, right], { bits, float, sampleRate: 48_000 });
  const format = head(file);
  expect(format).toMatchObject({ sampleRate: 48_000, channels: 2, bits, float, dataBytes: 5 * 2 * (bits / 8) });
  const [a, b] = decodeFrames(file.subarray(format.dataOffset), format);
  expect([...a]).toEqual(left);
  expect([...b]).toEqual(right);
});

test("a mono file sounds on both sides", () => {
  const file = wavFile([[0.5, -0.25]], { bits: 16 });
  const format = head(file);
  const [left, right] = decodeFrames(file.subarray(format.dataOffset), format);
  expect([...left]).toEqual([0.5, -0.25]);
  expect([...right]).toEqual([0.5, -0.25]);
});

test("a file that is still being written has no end, and one whose head is cut needs more bytes", () => {
  const file = wavFile([[0.5], [0.5]], { bits: 16, unknownSize: true });
  expect(parseWav(file)?.dataBytes).toBe(Infinity);
  expect(parseWav(file.subarray(0, 20))).toBeUndefined();
});

test("what is no WAVE file, or one of bytes, is refused", () => {
  expect(() => parseWav(new TextEncoder().encode("ID3 is not a wave file"))).toThrow(WavUnreadable);
  const file = wavFile([[0]], { bits: 16 });
  file[34] = 8;
  expect(() => parseWav(file)).toThrow(/8 bits/);
});
