import { type Chunk, CHUNK_FRAMES, type StemSource } from "./chunks";
import { decodeFrames, parseWav, type WavFormat } from "./wav";

/** Takes one piece of a stem. */
export type OnPiece = (index: number, chunk: Chunk) => void;

/** How many pieces are read ahead of the last one that was asked for; the server holds the rest. */
const AHEAD = 24;

/**
 * A stem that is being made: its samples arrive in order, from the first on. What has arrived is kept, so that going back needs
 * no server; what lies ahead is waited for.
 */
export class LiveSource implements StemSource {
  readonly sampleRate: number;
  readonly frames: number;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>;
  readonly #format: WavFormat;
  readonly #pieces: Uint8Array<ArrayBuffer>[] = [];
  readonly #onPiece: OnPiece;
  #buffer: Uint8Array<ArrayBuffer>;
  #filled = 0;
  #asked = 0;
  #ended = false;
  #failure: unknown;
  #wake: () => void = () => undefined;
  readonly #waiting = new Set<() => void>();

  private constructor(
    reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>,
    format: WavFormat,
    first: Uint8Array<ArrayBuffer>,
    frames: number,
    onPiece: OnPiece,
  ) {
    this.#reader = reader;
    this.#format = format;
    this.sampleRate = format.sampleRate;
    this.frames = frames;
    this.#onPiece = onPiece;
    this.#buffer = new Uint8Array(CHUNK_FRAMES * format.frameBytes);
    this.#take(first);
    void this.#follow();
  }

  /**
   * Opens a stream and reads its head, which comes with the first samples.
   *
   * @param get asks the mesh
   * @param seconds how long the stem will be
   * @param onPiece given every piece that has arrived, in order
   */
  static async open(get: typeof fetch, address: string, seconds: number, signal: AbortSignal, onPiece: OnPiece): Promise<LiveSource> {
    const response = await get(address, { signal });
    if (!response.ok || !response.body) throw new Error(`The server answered ${response.status}.`);
    const reader = response.body.getReader();
    let head = new Uint8Array(0);
    for (;;) {
      const { done, value } = await reader.read();
      if (done) throw new Error("The stream ended before it began.");
      head = joined(head, value);
      const format = parseWav(head);
      if (format) {
        return new LiveSource(reader, format, head.subarray(format.dataOffset), Math.round(seconds * format.sampleRate), onPiece);
      }
    }
  }

  async read(index: number, signal: AbortSignal): Promise<Chunk> {
    this.#asked = Math.max(this.#asked, index);
    this.#wake();
    while (!this.#pieces[index] && !this.#ended) await this.#change(signal);
    const piece = this.#pieces[index];
    if (piece) return decodeFrames(piece, this.#format);
    if (this.#failure) throw this.#failure as Error;
    return [new Float32Array(0), new Float32Array(0)]; // a little shorter than was expected
  }

  close(): void {
    this.#ended = true;
    this.#wake();
    this.#tell();
    void this.#reader.cancel().catch(() => undefined);
  }

  async #follow(): Promise<void> {
    try {
      while (!this.#ended) {
        if (this.#pieces.length > this.#asked + AHEAD) {
          await new Promise<void>((resolve) => (this.#wake = resolve));
          continue;
        }
        const { done, value } = await this.#reader.read();
        if (done) break;
        this.#take(value);
      }
    } catch (cause) {
      this.#failure = cause;
    }
    if (this.#filled > 0) this.#finish();
    this.#ended = true;
    this.#tell();
  }

  #take(bytes: Uint8Array<ArrayBuffer>): void {
    for (let at = 0; at < bytes.length; ) {
      const part = bytes.subarray(at, at + this.#buffer.length - this.#filled);
      this.#buffer.set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled === this.#buffer.length) this.#finish();
    }
  }

  #finish(): void {
    const piece = this.#buffer.slice(0, this.#filled);
    this.#onPiece(this.#pieces.length, decodeFrames(piece, this.#format));
    this.#pieces.push(piece);
    this.#filled = 0;
    this.#tell();
  }

  #tell(): void {
    for (const done of this.#waiting) done();
    this.#waiting.clear();
  }

  #change(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    return new Promise((resolve, reject) => {
      const listening = new AbortController();
      this.#waiting.add(() => {
        listening.abort();
        resolve();
      });
      signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true, signal: listening.signal });
    });
  }
}

function joined(a: Uint8Array<ArrayBuffer>, b: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
