import { failureOf } from "../api/failure";
import type { Sink } from "./sink";

/** A piece of a file that is being made. */
export interface Piece {
  data: Uint8Array<ArrayBuffer>;
  filename: string;
  mediaType: string;
  /** How much of the work is done, in [0, 1]; undefined = nobody knows. */
  fraction: number | undefined;
  /** What is to be said about the file when it is here. */
  remark?: string;
}

/** How a file is fetched; the signal ends it. */
export type Fetching = (signal: AbortSignal) => AsyncIterable<Piece>;

/** Where one export stands. */
export type ExportState =
  | { kind: "waiting" }
  | { kind: "running"; fraction: number | undefined; received: number }
  | { kind: "done"; size: number; remark: string }
  | { kind: "failed"; words: string }
  | { kind: "cancelled" };

/** One file on its way out of the mesh. */
export interface Export {
  readonly id: string;
  /** What it is called until its filename is known. */
  readonly name: string;
  readonly state: ExportState;
}

interface Wish {
  fetching: Fetching;
  sink: () => Promise<Sink>;
}

/** The server renders two at a time, and a browser keeps few connections to it. */
const AT_ONCE = 2;

/** Files on their way out, a few at a time, in the order in which they were asked for. */
export class ExportQueue {
  #exports: readonly Export[] = [];
  readonly #cancels = new Map<string, AbortController>();
  readonly #wishes = new Map<string, Wish>();
  readonly #listeners = new Set<() => void>();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** All exports of this page, oldest first. The same array until something changes. */
  readonly snapshot = (): readonly Export[] => this.#exports;

  /** Puts a file into the queue. */
  add(name: string, fetching: Fetching, sink: () => Promise<Sink>): void {
    const id = crypto.randomUUID();
    this.#wishes.set(id, { fetching, sink });
    this.#change([...this.#exports, { id, name, state: { kind: "waiting" } }]);
    this.#startWaiting();
  }

  /** Stops an export; nothing of it is kept, here or on the server. */
  cancel(id: string): void {
    const one = this.#exports.find((known) => known.id === id);
    if (!one || ended(one)) return;
    this.#cancels.get(id)?.abort();
    this.#move(id, { kind: "cancelled" });
  }

  /** Begins a failed or cancelled export again. */
  retry(id: string): void {
    const one = this.#exports.find((known) => known.id === id);
    if (one?.state.kind !== "failed" && one?.state.kind !== "cancelled") return;
    this.#move(id, { kind: "waiting" });
    this.#startWaiting();
  }

  /** Forgets everything that has ended. */
  clear(): void {
    for (const one of this.#exports) if (ended(one)) this.#wishes.delete(one.id);
    this.#change(this.#exports.filter((one) => !ended(one)));
  }

  #startWaiting(): void {
    for (const one of this.#exports) {
      if (this.#cancels.size >= AT_ONCE) return;
      const wish = this.#wishes.get(one.id);
      if (wish && one.state.kind === "waiting" && !this.#cancels.has(one.id)) void this.#run(one.id, wish);
    }
  }

  async #run(id: string, wish: Wish): Promise<void> {
    const cancel = new AbortController();
    const { signal } = cancel;
    this.#cancels.set(id, cancel);
    this.#move(id, { kind: "running", fraction: 0, received: 0 });
    let sink: Sink | undefined;
    try {
      sink = await wish.sink();
      let received = 0;
      let last: Piece | undefined;
      for await (const piece of wish.fetching(signal)) {
        if (piece.data.byteLength) await sink.write(piece.data);
        received += piece.data.byteLength;
        last = piece;
        if (!signal.aborted) this.#move(id, { kind: "running", fraction: piece.fraction, received }, piece.filename);
      }
      signal.throwIfAborted();
      if (!last) throw new Error("The server sent nothing.");
      await sink.finish(last.filename, last.mediaType);
      this.#move(id, { kind: "done", size: received, remark: last.remark ?? "" });
    } catch (cause) {
      await sink?.abandon().catch(() => undefined); // what went wrong is told already
      if (!signal.aborted) this.#move(id, { kind: "failed", words: failureOf(cause).words });
    } finally {
      this.#cancels.delete(id);
      this.#startWaiting();
    }
  }

  #move(id: string, state: ExportState, name?: string): void {
    this.#change(this.#exports.map((one) => (one.id === id ? { ...one, state, name: name ?? one.name } : one)));
  }

  #change(exports: readonly Export[]): void {
    this.#exports = exports;
    for (const listener of this.#listeners) listener();
  }
}

/** The exports of this page: they go on whatever view is open. */
export const exportQueue = new ExportQueue();

function ended({ state }: Export): boolean {
  return state.kind === "done" || state.kind === "failed" || state.kind === "cancelled";
}
