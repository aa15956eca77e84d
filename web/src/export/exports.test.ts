import { Code, ConnectError, createRouterTransport } from "@connectrpc/connect";
import { create } from "@bufbuild/protobuf";
import { ExportMixRequestSchema, GainReason } from "@sound-forge-alchemy/api/alchemy/processing/v1/mix_pb.js";
import { ProcessingService } from "@sound-forge-alchemy/api/alchemy/processing/v1/processing_service_pb.js";
import { expect, test, vi } from "vitest";

import { type Export, ExportQueue } from "./exports";
import { fetchMix } from "./fetching";
import type { Sink } from "./sink";

class Kept implements Sink {
  bytes: number[] = [];
  name = "";
  abandoned = false;
  write(data: Uint8Array): Promise<void> {
    this.bytes.push(...data);
    return Promise.resolve();
  }
  constructor(filename: string) {
    this.name = filename;
  }
  finish(mediaType: string): Promise<void> {
    this.name += ` ${mediaType}`;
    return Promise.resolve();
  }
  abandon(): Promise<void> {
    this.abandoned = true;
    return Promise.resolve();
  }
}

const request = create(ExportMixRequestSchema, { name: "tracks/t/separations/s" });
const body = (...data: number[]) => ({ contentType: "audio/wav", data: Uint8Array.from(data) });

/** A server whose mix stands still before its last piece until it is told to go on. */
function serverOf({ fails = false } = {}) {
  let goOn = () => {};
  const held = new Promise<void>((resolve) => (goOn = resolve));
  let ended = false;
  const transport = createRouterTransport(({ service }) => {
    service(ProcessingService, {
      async *exportMix(_, { signal }) {
        yield { data: body(), filename: "Song (mix).wav", fraction: 0.25 };
        signal.addEventListener("abort", () => (ended = true));
        await Promise.race([held, new Promise((resolve) => signal.addEventListener("abort", resolve))]);
        if (fails) throw new ConnectError("full", Code.ResourceExhausted);
        const report = { gainReason: GainReason.FULL_SCALE, gainDb: -1.25 };
        yield { data: body(1, 2), filename: "Song (mix).wav", fraction: 0.8, totalBytes: 3n, report };
        yield { data: body(3), filename: "Song (mix).wav", fraction: 1, totalBytes: 3n, report };
      },
    });
  });
  return { transport, goOn, ended: () => ended };
}

function queued(server: ReturnType<typeof serverOf>) {
  const queue = new ExportQueue();
  const sinks: Kept[] = [];
  queue.add([{ name: "Song", fetching: fetchMix(server.transport, request) }], (filename) => {
    const sink = new Kept(filename);
    sinks.push(sink);
    return Promise.resolve(sink);
  });
  const only = (): Export => {
    const [one] = queue.snapshot();
    if (!one) throw new Error("There is no export.");
    return one;
  };
  return { queue, sinks, only };
}

test("an export tells how far it is, and what became of it", async () => {
  const server = serverOf();
  const { sinks, only } = queued(server);
  await vi.waitFor(() => expect(only().state).toEqual({ kind: "running", fraction: 0.25, received: 0 }));
  expect(only().name).toBe("Song (mix).wav");
  server.goOn();
  await vi.waitFor(() => expect(only().state).toEqual({ kind: "done", size: 3, remark: "made 1.3 dB quieter, so that nothing clips" }));
  expect(sinks[0]?.bytes).toEqual([1, 2, 3]);
  expect(sinks[0]?.name).toBe("Song (mix).wav audio/wav");
});

test("a cancelled export ends on the server too, leaves nothing, and can begin again", async () => {
  const server = serverOf();
  const { queue, sinks, only } = queued(server);
  await vi.waitFor(() => expect(only().state).toMatchObject({ kind: "running", fraction: 0.25 }));
  queue.cancel(only().id);
  expect(only().state.kind).toBe("cancelled");
  await vi.waitFor(() => expect(sinks[0]?.abandoned).toBe(true));
  expect(server.ended()).toBe(true);
  expect(only().state.kind).toBe("cancelled");
  queue.retry(only().id);
  server.goOn();
  await vi.waitFor(() => expect(only().state.kind).toBe("done"));
  expect(sinks[1]?.bytes).toEqual([1, 2, 3]);
  queue.clear();
  expect(queue.snapshot()).toEqual([]);
});

test("all that is under way or waits can be stopped at once; what is here stays", async () => {
  const server = serverOf();
  const queue = new ExportQueue();
  const quick = {
    name: "quick",
    fetching: async function* () {
      yield await Promise.resolve({ data: Uint8Array.of(1), filename: "quick", mediaType: "", fraction: 1 });
    },
  };
  const slow = { name: "slow", fetching: fetchMix(server.transport, request) };
  queue.add([quick, slow, slow, slow], (filename) => Promise.resolve(new Kept(filename)));
  const kinds = () => queue.snapshot().map(({ state }) => state.kind);
  await vi.waitFor(() => expect(kinds()).toEqual(["done", "running", "running", "waiting"]));
  queue.cancelAll();
  expect(kinds()).toEqual(["done", "cancelled", "cancelled", "cancelled"]);
  await vi.waitFor(() => expect(server.ended()).toBe(true));
  expect(kinds()).toEqual(["done", "cancelled", "cancelled", "cancelled"]);
});

test("a disk that takes nothing more is told apart from a server that does not answer", async () => {
  const server = serverOf();
  const queue = new ExportQueue();
  const full = { write: () => Promise.reject(new DOMException("", "QuotaExceededError")), finish: () => Promise.resolve(), abandon: () => Promise.resolve() };
  queue.add([{ name: "Song", fetching: fetchMix(server.transport, request) }], () => Promise.resolve(full));
  server.goOn();
  await vi.waitFor(() => expect(queue.snapshot()[0]?.state).toMatchObject({ kind: "failed", words: expect.stringContaining("room on the disk") as string }));
});

test("a failure is told in words, and leaves nothing", async () => {
  const server = serverOf({ fails: true });
  const { sinks, only } = queued(server);
  server.goOn();
  await vi.waitFor(() => expect(only().state).toEqual({ kind: "failed", words: "full" }));
  expect(sinks[0]?.abandoned).toBe(true);
});

test("no more than two are fetched at a time", async () => {
  const server = serverOf();
  const queue = new ExportQueue();
  const fetching = fetchMix(server.transport, request);
  queue.add(["a", "b", "c", "d"].map((name) => ({ name, fetching })), (filename) => Promise.resolve(new Kept(filename)));
  const kinds = () => queue.snapshot().map(({ state }) => state.kind);
  await vi.waitFor(() => expect(kinds()).toEqual(["running", "running", "waiting", "waiting"]));
  server.goOn();
  await vi.waitFor(() => expect(kinds()).toEqual(["done", "done", "done", "done"]));
});
