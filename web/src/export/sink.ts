/** Where the bytes of an export go as they arrive. */
export interface Sink {
  write(data: Uint8Array<ArrayBuffer>): Promise<void>;
  /** Makes the file appear, complete. */
  finish(mediaType: string): Promise<void>;
  /** Leaves nothing behind. */
  abandon(): Promise<void>;
}

/** Where files go: makes a sink for each; `filename` is the server's. */
export type Place = (filename: string) => Promise<Sink>;

/** A file that somebody has chosen, as far as it is used here. */
export interface ChosenFile {
  createWritable(): Promise<{
    write(data: Uint8Array<ArrayBuffer>): Promise<void>;
    close(): Promise<void>;
    abort(): Promise<void>;
  }>;
}

/** A folder that somebody has chosen, as far as it is used here. */
export interface ChosenFolder {
  getFileHandle(name: string, options?: { create: boolean }): Promise<ChosenFile>;
  removeEntry(name: string): Promise<void>;
}

/** What only some browsers have. TypeScript does not know it yet. */
interface Pickers {
  showSaveFilePicker?: (options: { suggestedName: string }) => Promise<ChosenFile>;
  showDirectoryPicker?: (options: { mode: "readwrite" }) => Promise<ChosenFolder>;
}

/** Beyond this, what arrives should go to the disk at once; below, nobody wants to be asked where. */
const LARGE_BYTES = 512 * 1024 * 1024;
/** Blobs live outside of the page's own memory, on disk when they are large; so pieces are handed over early. */
const PART_BYTES = 4 * 1024 * 1024;
/** Chromium drops, without a word, what a page saves beyond ten files a second. */
const BETWEEN_DOWNLOADS_MS = 150;

/**
 * Where files should go that are about so large together: what is large, where somebody says, if the browser can write there;
 * everything else into the downloads. Rejects if nobody wants them after all.
 */
export async function placeFor(files: readonly { name: string; bytes: number }[]): Promise<Place> {
  const { showSaveFilePicker, showDirectoryPicker } = window as Pickers;
  const [first, ...others] = files;
  if (!first || files.reduce((sum, { bytes }) => sum + bytes, 0) <= LARGE_BYTES) return downloads;
  if (others.length > 0) {
    // Asked once for all: a click opens one window, and no more.
    const folder = await asked(() => showDirectoryPicker?.call(window, { mode: "readwrite" }));
    return folder ? placeIn(folder) : downloads;
  }
  const file = await asked(() => showSaveFilePicker?.call(window, { suggestedName: first.name }));
  return file ? () => fileSink(file) : downloads;
}

/** What somebody chose; undefined where a browser cannot ask, or will not: it does so once for each click, and not in every page. */
async function asked<T>(pick: () => Promise<T> | undefined): Promise<T | undefined> {
  try {
    return await pick();
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === "AbortError") throw cause;
    return undefined;
  }
}

const downloads: Place = (filename) => Promise.resolve(new DownloadSink(filename));

async function fileSink(file: ChosenFile): Promise<Sink> {
  const writable = await file.createWritable();
  return { write: (data) => writable.write(data), finish: () => writable.close(), abandon: () => writable.abort() };
}

/** Places files in a folder, over none that is there already. */
function placeIn(folder: ChosenFolder): Place {
  const taken = new Set<string>();
  const isThere = (name: string) =>
    folder.getFileHandle(name).then(
      () => true,
      (cause: unknown) => !(cause instanceof DOMException && cause.name === "NotFoundError"),
    );
  /** Whether a name is free; from now on it is not. */
  const take = async (name: string) => {
    if (taken.has(name)) return false;
    taken.add(name); // before anybody else looks whether it is there
    return !(await isThere(name));
  };
  return async (filename) => {
    let name = filename;
    for (let n = 2; !(await take(name)); n++) name = numbered(filename, n);
    const sink = await fileSink(await folder.getFileHandle(name, { create: true }));
    return {
      ...sink,
      abandon: async () => {
        await sink.abandon();
        await folder.removeEntry(name);
        taken.delete(name);
      },
    };
  };
}

/** "Song (stems).zip" becomes "Song (stems) (2).zip". */
function numbered(filename: string, n: number): string {
  const suffix = /(\.stem)?\.[a-z0-9]+$/.exec(filename)?.[0] ?? "";
  return `${filename.slice(0, filename.length - suffix.length)} (${n})${suffix}`;
}

/** Collects a file and hands it to the browser's downloads. */
class DownloadSink implements Sink {
  readonly #parts: Blob[] = [];
  #pending: Uint8Array<ArrayBuffer>[] = [];
  #pendingBytes = 0;
  readonly #filename: string;

  constructor(filename: string) {
    this.#filename = filename;
  }

  write(data: Uint8Array<ArrayBuffer>): Promise<void> {
    this.#pending.push(data);
    this.#pendingBytes += data.byteLength;
    if (this.#pendingBytes >= PART_BYTES) this.#handOver();
    return Promise.resolve();
  }

  async finish(mediaType: string): Promise<void> {
    this.#handOver();
    await turn();
    const address = URL.createObjectURL(new Blob(this.#parts, { type: mediaType }));
    const link = document.createElement("a");
    link.href = address;
    link.download = this.#filename;
    link.click();
    // The browser takes hold of it while it handles the click; its bytes are let go when it has copied them.
    window.setTimeout(() => URL.revokeObjectURL(address), 60_000);
  }

  abandon(): Promise<void> {
    this.#parts.length = 0;
    this.#pending = [];
    return Promise.resolve();
  }

  #handOver(): void {
    this.#parts.push(new Blob(this.#pending));
    this.#pending = [];
    this.#pendingBytes = 0;
  }
}

let nextTurn = 0;

/** Resolves when the next file may be handed to the browser. */
async function turn(): Promise<void> {
  const now = Date.now();
  const wait = nextTurn - now;
  nextTurn = Math.max(nextTurn, now) + BETWEEN_DOWNLOADS_MS;
  if (wait > 0) await new Promise((resolve) => window.setTimeout(resolve, wait));
}
