/** Where the bytes of an export go as they arrive. */
export interface Sink {
  write(data: Uint8Array<ArrayBuffer>): Promise<void>;
  /** Makes the file appear, complete. */
  finish(filename: string, mediaType: string): Promise<void>;
  /** Leaves nothing behind. */
  abandon(): Promise<void>;
}

/** A file that somebody has chosen, as far as it is used here. TypeScript does not know the API yet. */
export interface ChosenFile {
  createWritable(): Promise<{
    write(data: Uint8Array<ArrayBuffer>): Promise<void>;
    close(): Promise<void>;
    abort(): Promise<void>;
  }>;
}

interface Picker {
  showSaveFilePicker?: (options: { suggestedName: string }) => Promise<ChosenFile>;
}

/** Beyond this, what arrives should go to the disk at once; below, nobody wants to be asked where. */
const LARGE_BYTES = 512 * 1024 * 1024;
/** Blobs live outside of the page's own memory, on disk when they are large; so pieces are handed over early. */
const PART_BYTES = 4 * 1024 * 1024;

/**
 * Asks where a large file should go, where the browser can write there. Undefined = into the downloads. Rejects if nobody wants it
 * after all.
 */
export async function placeFor(suggestedName: string, bytes: number): Promise<ChosenFile | undefined> {
  const pick = (window as Picker).showSaveFilePicker;
  if (bytes <= LARGE_BYTES || !pick) return undefined;
  try {
    return await pick.call(window, { suggestedName });
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === "AbortError") throw cause;
    return undefined; // browsers ask once for each click, and not in every page
  }
}

/** A sink for a place; each is used once. */
export async function sinkFor(place: ChosenFile | undefined): Promise<Sink> {
  if (!place) return new DownloadSink();
  const file = await place.createWritable();
  return { write: (data) => file.write(data), finish: () => file.close(), abandon: () => file.abort() };
}

/** Collects a file and hands it to the browser's downloads. */
class DownloadSink implements Sink {
  readonly #parts: Blob[] = [];
  #pending: Uint8Array<ArrayBuffer>[] = [];
  #pendingBytes = 0;

  write(data: Uint8Array<ArrayBuffer>): Promise<void> {
    this.#pending.push(data);
    this.#pendingBytes += data.byteLength;
    if (this.#pendingBytes >= PART_BYTES) this.#handOver();
    return Promise.resolve();
  }

  finish(filename: string, mediaType: string): Promise<void> {
    this.#handOver();
    const address = URL.createObjectURL(new Blob(this.#parts, { type: mediaType }));
    const link = document.createElement("a");
    link.href = address;
    link.download = filename;
    link.click();
    // The browser takes hold of it while it handles the click; its bytes are let go when it has copied them.
    window.setTimeout(() => URL.revokeObjectURL(address), 60_000);
    return Promise.resolve();
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
