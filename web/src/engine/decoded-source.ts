import { type Chunk, CHUNK_FRAMES, type StemSource } from "./chunks";

/** A compressed stem, decoded whole by the browser and kept as 16-bit samples: for files that cannot be read from the middle. */
export class DecodedSource implements StemSource {
  readonly sampleRate: number;
  readonly frames: number;
  readonly #sides: readonly [Int16Array, Int16Array];

  private constructor(audio: AudioBuffer) {
    this.sampleRate = audio.sampleRate;
    this.frames = audio.length;
    const left = toInt16(audio.getChannelData(0));
    this.#sides = [left, audio.numberOfChannels > 1 ? toInt16(audio.getChannelData(1)) : left];
  }

  /** Fetches and decodes a file, at a given sample rate. */
  static async open(address: string, sampleRate: number, signal: AbortSignal): Promise<DecodedSource> {
    const response = await fetch(address, { signal });
    if (!response.ok) throw new Error(`The server answered ${response.status}.`);
    const decoder = new OfflineAudioContext(2, 1, sampleRate);
    return new DecodedSource(await decoder.decodeAudioData(await response.arrayBuffer()));
  }

  read(index: number): Promise<Chunk> {
    const [left, right] = this.#sides;
    const first = index * CHUNK_FRAMES;
    return Promise.resolve([toFloat(left.subarray(first, first + CHUNK_FRAMES)), toFloat(right.subarray(first, first + CHUNK_FRAMES))]);
  }

  close(): void {
    // Nothing is open.
  }
}

function toInt16(samples: Float32Array): Int16Array {
  return Int16Array.from(samples, (sample) => Math.round(Math.max(-1, Math.min(1, sample)) * 0x7fff));
}

function toFloat(samples: Int16Array): Float32Array {
  return Float32Array.from(samples, (sample) => sample / 0x7fff);
}
