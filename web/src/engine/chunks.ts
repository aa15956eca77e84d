/** Sample frames of one piece of a stem: about a second and a half. All stems are cut at the same frames. */
export const CHUNK_FRAMES = 65_536;

/** Samples of one piece, left and right; a mono stem has the same in both. Shorter than CHUNK_FRAMES only at the end. */
export type Chunk = readonly [Float32Array, Float32Array];

/** A stem whose samples can be asked for in any order. */
export interface StemSource {
  /** Sample frames per second, in hertz. */
  readonly sampleRate: number;
  /** Sample frames in all; of a stem in the making what it will have. */
  readonly frames: number;
  /** Reads piece `index`. Waits for one that is not made yet. Rejects if it cannot be had. */
  read(index: number, signal: AbortSignal): Promise<Chunk>;
  /** Lets go of connections and memory. */
  close(): void;
}

/** How many pieces a stem of so many frames has. */
export function chunkCount(frames: number): number {
  return Math.ceil(frames / CHUNK_FRAMES);
}
