import { Code, ConnectError, createClient, type Transport } from "@connectrpc/connect";
import { createConnectQueryKey } from "@connectrpc/connect-query";
import { ProcessingService } from "@sound-forge-alchemy/api/alchemy/processing/v1/processing_service_pb.js";
import { type Event as MeshEvent, RealtimeService } from "@sound-forge-alchemy/api/alchemy/realtime/v1/realtime_service_pb.js";
import { JobState } from "@sound-forge-alchemy/api/alchemy/type/v1/job_pb.js";
import type { QueryClient } from "@tanstack/react-query";

import { analyses, COLLECTIONS, downloads, installations, separations, tracks } from "./collections";

/** Whether the page hears of changes: not yet, now, or no longer. */
export type LiveState = "connecting" | "live" | "lost";

/** The server speaks every 15 s at least; after this long it is gone, whatever the connection says (a laptop that slept). */
const SILENCE_MS = 40_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 8_000;
/** Lists wait for the stream so long: what was listed before it began has to be listed again. */
const FIRST_WORD_MS = 2_000;

/**
 * Follows the mesh's one event stream until the signal aborts, writes what it hears into the query cache, and takes up after
 * every cut where it was.
 */
export async function follow(
  transport: Transport,
  client: QueryClient,
  signal: AbortSignal,
  report: (state: LiveState) => void,
): Promise<void> {
  const realtime = createClient(RealtimeService, transport);
  let cursor = "";
  let pause = FIRST_PAUSE_MS;
  report("connecting");
  const late = setTimeout(() => report("lost"), FIRST_WORD_MS);
  signal.addEventListener("abort", () => clearTimeout(late), { once: true });
  while (!signal.aborted) {
    const silence = new Silence(signal);
    try {
      for await (const { event } of realtime.subscribe({ cursor }, { signal: silence.signal })) {
        silence.heard();
        clearTimeout(late);
        if (!event) continue;
        // Without a cursor the stream begins now: what was listed before, if anything was, may have changed in between.
        if (!cursor || event.kind.case === "reset") refresh(client);
        cursor = event.cursor;
        pause = FIRST_PAUSE_MS;
        report("live");
        apply(client, event);
      }
    } catch (cause) {
      const { code } = ConnectError.from(cause);
      if (code === Code.OutOfRange) cursor = ""; // from another server, or from before its data was lost
    } finally {
      silence.end();
    }
    if (stopped(signal)) return;
    report("lost");
    await sleep(pause, signal);
    pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
  }
}

/** Writes one event into the cache. Kinds that this page does not know are for later versions of it. */
export function apply(client: QueryClient, { kind }: MeshEvent): void {
  switch (kind.case) {
    case "trackChanged":
      return tracks.upsert(client, kind.value);
    case "trackDeleted":
      return tracks.remove(client, kind.value);
    case "separationChanged":
      return separations.upsert(client, kind.value);
    case "separationDeleted":
      return separations.remove(client, kind.value);
    case "analysisChanged":
      return analyses.upsert(client, kind.value);
    case "analysisDeleted":
      return analyses.remove(client, kind.value);
    case "downloadChanged":
      return downloads.upsert(client, kind.value);
    case "downloadDeleted":
      return downloads.remove(client, kind.value);
    case "installationChanged":
      installations.upsert(client, kind.value);
      if (kind.value.state === JobState.SUCCEEDED) refreshModels(client);
      return;
    case "installationDeleted":
      installations.remove(client, kind.value);
      return refreshModels(client);
    default:
      return;
  }
}

function refresh(client: QueryClient): void {
  for (const { key } of COLLECTIONS) void client.invalidateQueries({ queryKey: key });
  refreshModels(client);
}

function refreshModels(client: QueryClient): void {
  const queryKey = createConnectQueryKey({ schema: ProcessingService.method.listModels, cardinality: "finite" });
  void client.invalidateQueries({ queryKey });
}

/** Aborts a stream that has said nothing for too long. */
class Silence {
  readonly #controller = new AbortController();
  readonly signal: AbortSignal;
  #timer: ReturnType<typeof setTimeout>;

  constructor(outer: AbortSignal) {
    this.signal = AbortSignal.any([outer, this.#controller.signal]);
    this.#timer = this.#begin();
  }

  heard(): void {
    clearTimeout(this.#timer);
    this.#timer = this.#begin();
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#controller.abort();
  }

  #begin() {
    return setTimeout(() => this.#controller.abort(), SILENCE_MS);
  }
}

/** Waits, but no longer than until the network is back or somebody looks at the page again. */
function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const waiting = new AbortController();
    const done = () => {
      clearTimeout(timer);
      waiting.abort();
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done, { signal: waiting.signal });
    window.addEventListener("online", done, { signal: waiting.signal });
    document.addEventListener("visibilitychange", done, { signal: waiting.signal });
  });
}

/** A read that the compiler does not take for settled by the loop's own condition. */
function stopped(signal: AbortSignal): boolean {
  return signal.aborted;
}
