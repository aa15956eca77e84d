import { expect, test } from "vitest";

import { CHUNK_FRAMES } from "../engine/chunks";
import { columnsOf, levelFor, LiveOutline, parseOutlineHead } from "./outline";

function file(levels: readonly [framesPerBucket: number, buckets: number, offset: number][]): ArrayBuffer {
  const bytes = new ArrayBuffer(24 + 16 * levels.length);
  const view = new DataView(bytes);
  new Uint8Array(bytes).set(new TextEncoder().encode("SFWF"));
  view.setUint16(4, 1, true);
  view.setUint16(6, levels.length, true);
  view.setUint32(8, 44_100, true);
  view.setBigUint64(16, 1_000_000n, true);
  levels.forEach(([framesPerBucket, buckets, offset], i) => {
    view.setUint32(24 + 16 * i, framesPerBucket, true);
    view.setUint32(28 + 16 * i, buckets, true);
    view.setBigUint64(32 + 16 * i, BigInt(offset), true);
  });
  return bytes;
}

test("the head says where each resolution is, and the coarsest that is fine enough is taken", () => {
  const head = parseOutlineHead(file([[4096, 245, 72], [1024, 977, 1542], [256, 3907, 7404]]));
  expect(head).toMatchObject({ sampleRate: 44_100, frames: 1_000_000 });
  if (!head) return;
  expect(levelFor(head, 5000)?.framesPerBucket).toBe(4096);
  expect(levelFor(head, 2000)?.framesPerBucket).toBe(1024);
  expect(levelFor(head, 10)?.framesPerBucket).toBe(256);
});

test("what is no outline is not read", () => {
  expect(parseOutlineHead(new ArrayBuffer(100))).toBeUndefined();
  expect(parseOutlineHead(new ArrayBuffer(3))).toBeUndefined();
});

test("a column is the extremes of its buckets; beyond what is known there is none", () => {
  const outline = { framesPerBucket: 100, firstBucket: 0, values: Int16Array.of(-32767, 0, 0, 0, 16384, 0, -100, 100, 100) };
  const columns = columnsOf(outline, 0, 200, 3);
  expect(columns[0]).toMatchObject({ low: -1 });
  expect(columns[0]?.high).toBeCloseTo(0.5, 3);
  expect(columns[1]?.high).toBeCloseTo(100 / 32767, 6);
  expect(columns[2]).toBeUndefined();
  expect(columnsOf({ ...outline, firstBucket: 10 }, 0, 200, 2)).toEqual([undefined, undefined]);
});

test("a stem in the making is outlined piece by piece", () => {
  const outline = new LiveOutline();
  const loud = new Float32Array(CHUNK_FRAMES).fill(0.5);
  const quiet = new Float32Array(100).fill(-0.25);
  outline.add([loud, loud]);
  const { framesPerBucket, values } = outline.add([quiet, quiet]);
  expect(values.length / 3).toBe(CHUNK_FRAMES / framesPerBucket + 1);
  expect(values[1]).toBe(Math.round(0.5 * 32767));
  expect([...values.slice(-3)]).toEqual([Math.round(-0.25 * 32767), 0, Math.round(0.25 * 32767)]);
});
