import { type Chunk, CHUNK_FRAMES, type StemSource } from "./chunks";
import { decodeFrames, parseWav, type WavFormat, WavUnreadable } from "./wav";

const HEAD_BYTES = 4096;

/** A WAVE file on a server that answers to ranges: any part of an hour is there at once, and none of it is kept. */
export class RangeSource implements StemSource {
  readonly sampleRate: number;
  readonly frames: number;
  readonly #address: string;
  readonly #format: WavFormat;

  private constructor(address: string, format: WavFormat) {
    this.#address = address;
    this.#format = format;
    this.sampleRate = format.sampleRate;
    this.frames = Math.floor(format.dataBytes / format.frameBytes);
  }

  /** Reads the file's head. Rejects with WavUnreadable if it is something else. */
  static async open(address: string, signal: AbortSignal): Promise<RangeSource> {
    const format = parseWav(await range(address, 0, HEAD_BYTES, signal));
    if (!format || format.dataBytes === Infinity) throw new WavUnreadable("has no complete head");
    return new RangeSource(address, format);
  }

  async read(index: number, signal: AbortSignal): Promise<Chunk> {
    const { dataOffset, frameBytes } = this.#format;
    const first = index * CHUNK_FRAMES;
    const count = Math.min(CHUNK_FRAMES, this.frames - first);
    const bytes = await range(this.#address, dataOffset + first * frameBytes, count * frameBytes, signal);
    return decodeFrames(bytes, this.#format);
  }

  close(): void {
    // Every read is a request of its own.
  }
}

async function range(address: string, first: number, size: number, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(address, { headers: { Range: `bytes=${first}-${first + size - 1}` }, signal });
  if (response.status !== 206) throw new Error(`The server answered ${response.status}.`);
  return new Uint8Array(await response.arrayBuffer());
}
