import { afterEach, expect, test, vi } from "vitest";

import { CHUNK_FRAMES } from "./chunks";
import { LiveSource } from "./live-source";
import { wavFile } from "./wav-fixture";

/** A server that sends what it is told to, when it is told to. */
function server() {
  let controller!: ReadableStreamDefaultController<Uint8Array>;
  const body = new ReadableStream<Uint8Array>({ start: (one) => (controller = one) });
  vi.stubGlobal("fetch", () => Promise.resolve(new Response(body)));
  return { send: (bytes: Uint8Array) => controller.enqueue(bytes), end: () => controller.close() };
}

afterEach(() => vi.unstubAllGlobals());

const ramp = Array.from({ length: CHUNK_FRAMES + 100 }, (_, i) => (i % 1000) / 1024);
const file = wavFile([ramp, ramp], { bits: 16, unknownSize: true });

test("what is not made yet is waited for; what has arrived comes back, cut anywhere", async () => {
  const { send, end } = server();
  const signal = new AbortController().signal;
  const pieces: number[] = [];
  send(file.subarray(0, 17));
  send(file.subarray(17, 1000));
  const source = await LiveSource.open(fetch, "/stream", ramp.length / 44_100, signal, (_index, chunk) => pieces.push(chunk[0].length));
  const first = source.read(0, signal);
  send(file.subarray(1000, 200_001));
  send(file.subarray(200_001));
  expect([...(await first)[0].subarray(0, 5)]).toEqual(ramp.slice(0, 5));
  end();
  const [left] = await source.read(1, signal);
  expect([...left]).toEqual(ramp.slice(CHUNK_FRAMES));
  expect(pieces).toEqual([CHUNK_FRAMES, 100]);
});

test("a read that nobody waits for any more ends, and the stream goes on", async () => {
  const { send } = server();
  send(file.subarray(0, 1000));
  const source = await LiveSource.open(fetch, "/stream", 10, new AbortController().signal, () => undefined);
  const impatient = new AbortController();
  const read = source.read(0, impatient.signal);
  impatient.abort(new Error("gone elsewhere"));
  await expect(read).rejects.toThrow("gone elsewhere");
  source.close();
});
