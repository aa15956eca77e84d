import type { Chunk } from "../engine/chunks";

/** One resolution of an outline: for every bucket the lowest sample, the highest and the root mean square; 32767 is full scale. */
export interface Outline {
  /** Sample frames of one bucket. */
  framesPerBucket: number;
  /** The first bucket that `values` holds. */
  firstBucket: number;
  values: Int16Array;
}

/** Where one resolution lies in its file. */
export interface OutlineLevel {
  framesPerBucket: number;
  buckets: number;
  offset: number;
}

/** The head of an outline file. */
export interface OutlineHead {
  sampleRate: number;
  frames: number;
  /** From the coarsest to the finest. */
  levels: readonly OutlineLevel[];
}

const MAGIC = 0x46574653; // "SFWF"
const HEAD_BYTES = 24;
const LEVEL_BYTES = 16;
export const VALUES = 3;
export const BUCKET_BYTES = VALUES * 2;

/** Reads the head of an outline file, as Artifact.waveform_uri describes it; undefined if it is none. */
export function parseOutlineHead(bytes: ArrayBuffer): OutlineHead | undefined {
  const view = new DataView(bytes);
  if (bytes.byteLength < HEAD_BYTES || view.getUint32(0, true) !== MAGIC || view.getUint16(4, true) !== 1) return undefined;
  const levels = Array.from({ length: view.getUint16(6, true) }, (_, i) => {
    const at = HEAD_BYTES + i * LEVEL_BYTES;
    return { framesPerBucket: view.getUint32(at, true), buckets: view.getUint32(at + 4, true), offset: Number(view.getBigUint64(at + 8, true)) };
  });
  return { sampleRate: view.getUint32(8, true), frames: Number(view.getBigUint64(16, true)), levels };
}

/** The coarsest level that still has a bucket for each column of `framesPerColumn`; the finest, if none has. */
export function levelFor(head: OutlineHead, framesPerColumn: number): OutlineLevel | undefined {
  return head.levels.find((level) => level.framesPerBucket <= framesPerColumn) ?? head.levels.at(-1);
}

/** What one pixel column shows, in [-1, 1]. */
export interface Column {
  low: number;
  high: number;
  rms: number;
}

/** The columns of a stretch of audio. Columns outside of what the outline holds are undefined. */
export function columnsOf(outline: Outline, firstFrame: number, framesPerColumn: number, count: number): (Column | undefined)[] {
  const { framesPerBucket, firstBucket, values } = outline;
  const held = values.length / VALUES;
  return Array.from({ length: count }, (_, i) => {
    const from = firstFrame + i * framesPerColumn;
    const a = Math.floor(from / framesPerBucket) - firstBucket;
    const b = Math.max(a + 1, Math.ceil((from + framesPerColumn) / framesPerBucket) - firstBucket);
    if (a >= held || b <= 0) return undefined;
    let [low, high, square, n] = [0, 0, 0, 0];
    for (let bucket = Math.max(0, a); bucket < Math.min(b, held); bucket++) {
      low = Math.min(low, values[bucket * VALUES] ?? 0);
      high = Math.max(high, values[bucket * VALUES + 1] ?? 0);
      square += (values[bucket * VALUES + 2] ?? 0) ** 2;
      n += 1;
    }
    return { low: low / 32767, high: high / 32767, rms: Math.sqrt(square / n) / 32767 };
  });
}

/** A part of every piece, so that no bucket straddles two. */
const LIVE_FRAMES_PER_BUCKET = 2048;

/** The outline of a stem that is being made, drawn from its samples as they arrive. */
export class LiveOutline {
  #values = new Int16Array(0);

  /** Takes a piece; they come in order. */
  add([left, right]: Chunk): Outline {
    const buckets = Math.ceil(left.length / LIVE_FRAMES_PER_BUCKET);
    const values = new Int16Array(this.#values.length + buckets * VALUES);
    values.set(this.#values);
    for (let bucket = 0; bucket < buckets; bucket++) {
      let [low, high, square] = [0, 0, 0];
      const first = bucket * LIVE_FRAMES_PER_BUCKET;
      const last = Math.min(left.length, first + LIVE_FRAMES_PER_BUCKET);
      for (let i = first; i < last; i++) {
        const [l, r] = [left[i] ?? 0, right[i] ?? 0];
        low = Math.min(low, l, r);
        high = Math.max(high, l, r);
        square += (l * l + r * r) / 2;
      }
      const scaled = [low, high, Math.sqrt(square / (last - first))].map((value) => Math.round(Math.max(-1, Math.min(1, value)) * 32767));
      values.set(scaled, this.#values.length + bucket * VALUES);
    }
    this.#values = values;
    return { framesPerBucket: LIVE_FRAMES_PER_BUCKET, firstBucket: 0, values };
  }
}

