import { failureOf } from "../api/failure";
import { type Run, type Transfer, TransferQueue } from "../api/transfers";
import { exportText } from "../text/export";
import type { Place, Sink } from "./sink";

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

type Details = Readonly<{
  /** What it is called until its filename is known. */
  name: string;
}>;
type Moving = { kind: "running"; fraction: number | undefined; received: number };
type Done = { kind: "done"; size: number; remark: string };

/** One file on its way out of the mesh. */
export type Export = Transfer<Details, Moving, Done>;

/** The server renders two at a time, and a browser keeps few connections to it. */
const AT_ONCE = 2;

/** Files on their way out, a few at a time, in the order in which they were asked for. */
export class ExportQueue extends TransferQueue<Details, Moving, Done> {
  constructor() {
    super(AT_ONCE, wordsFor);
  }

  /** Puts files into the queue. */
  add(files: readonly { name: string; fetching: Fetching }[], place: Place): void {
    this.enqueue(files.map(({ name, fetching }) => ({ details: { name }, attempt: (run) => fetched(fetching, place, run) })));
  }
}

/** The exports of this page: they go on whatever view is open. */
export const exportQueue = new ExportQueue();

/** What went wrong: with the disk, which the browser itself tells, or with the server. */
function wordsFor(cause: unknown): string {
  return cause instanceof DOMException ? exportText.notWritten : failureOf(cause).words;
}

/** Fetches a file to its place, which keeps nothing of one that does not arrive whole. */
async function fetched(fetching: Fetching, place: Place, { signal, report }: Run<Details, Moving>): Promise<Done> {
  report({ kind: "running", fraction: 0, received: 0 });
  let sink: Sink | undefined;
  try {
    let received = 0;
    let last: Piece | undefined;
    for await (const piece of fetching(signal)) {
      sink ??= await place(piece.filename);
      if (piece.data.byteLength) await sink.write(piece.data);
      received += piece.data.byteLength;
      last = piece;
      report({ kind: "running", fraction: piece.fraction, received }, { name: piece.filename });
    }
    signal.throwIfAborted();
    if (!last || !sink) throw new Error("The server sent nothing.");
    await sink.finish(last.mediaType);
    return { kind: "done", size: received, remark: last.remark ?? "" };
  } catch (cause) {
    await sink?.abandon().catch(() => undefined); // what went wrong is told already
    throw cause;
  }
}
