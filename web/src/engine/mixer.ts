import { type Chunk, CHUNK_FRAMES } from "./chunks";
import type { PanMatrix } from "./mix";
import type { Stereo } from "./stretcher";

/** One stem as the mixer knows it. */
export interface MixerStem {
  /** Sample frames in all. */
  frames: number;
  /** Drums are never transposed. */
  percussive: boolean;
}

/** A part that is played over and over, in sample frames; `end` is the first that does not sound. */
export interface Loop {
  start: number;
  end: number;
}

/** Two stereo sums: of the stems that follow the pitch, and of those that do not. */
export interface Buses {
  tonal: Stereo;
  percussive: Stereo;
}

/**
 * Sums stems sample by sample from one position, so that they cannot drift: there is one clock, and it counts samples.
 * It computes only; it knows neither threads nor Web Audio.
 */
export class Mixer {
  /** The next sample frame that will be read. */
  position = 0;
  loop: Loop | undefined;
  /** The highest absolute sample of each stem, behind its fader, since it was last set to zero. */
  readonly peaks: Float32Array;
  /** Sample frames of the longest stem. */
  readonly frames: number;

  readonly #stems: readonly MixerStem[];
  readonly #chunks: readonly Map<number, Chunk>[];
  readonly #targets: PanMatrix[];
  readonly #gains: Float64Array[];

  constructor(stems: readonly MixerStem[]) {
    this.#stems = stems;
    this.#chunks = stems.map(() => new Map());
    this.#targets = stems.map(() => [1, 0, 0, 1]);
    this.#gains = stems.map(() => Float64Array.of(1, 0, 0, 1));
    this.peaks = new Float32Array(stems.length);
    this.frames = Math.max(0, ...stems.map((stem) => stem.frames));
  }

  /** Whether the end is reached, and nothing leads back. */
  get ended(): boolean {
    return this.position >= this.frames;
  }

  /** Gives the mixer a piece of a stem. */
  put(stem: number, index: number, chunk: Chunk): void {
    this.#chunks[stem]?.set(index, chunk);
  }

  /** Forgets the pieces of all stems that `keep` does not want. */
  retain(keep: (index: number) => boolean): void {
    for (const chunks of this.#chunks) {
      for (const index of chunks.keys()) if (!keep(index)) chunks.delete(index);
    }
  }

  /** Sets how a stem sounds; it gets there within the next block, without a click. */
  setMatrix(stem: number, matrix: PanMatrix): void {
    this.#targets[stem] = matrix;
  }

  /** Whether the next `count` frames of every stem are here, also those behind the end of a loop. */
  has(count: number): boolean {
    let at = this.position;
    for (let left = count; left > 0 && at < this.frames; ) {
      const run = Math.min(left, this.#run(at));
      if (!this.#holds(at)) return false;
      at = this.#after(at + run);
      left -= run;
    }
    return true;
  }

  /** Adds the next frames to the buses, as many as they are long, and goes on. Call `has` first: what is missing is silent. */
  read(buses: Buses): void {
    const count = buses.tonal[0].length;
    for (let done = 0; done < count && !this.ended; ) {
      const run = Math.min(count - done, this.#run(this.position));
      this.#stems.forEach((stem, index) => {
        this.#add(index, stem.percussive ? buses.percussive : buses.tonal, done, run, count);
      });
      done += run;
      this.position = this.#after(this.position + run);
    }
    this.#targets.forEach((target, index) => this.#gains[index]?.set(target));
  }

  /** Copies frames from anywhere into the buses, without moving: what a stretcher wants to know of the past. */
  peek(from: number, buses: Buses): void {
    const kept = this.position;
    const loop = this.loop;
    this.loop = undefined;
    const count = buses.tonal[0].length;
    const skipped = Math.min(count, Math.max(0, -from));
    this.position = Math.max(0, from);
    const part = ([left, right]: Stereo): Stereo => [left.subarray(skipped), right.subarray(skipped)];
    this.read({ tonal: part(buses.tonal), percussive: part(buses.percussive) });
    this.position = kept;
    this.loop = loop;
  }

  /** How many frames from a position on lie in one piece, before the end and before the end of the loop. */
  #run(at: number): number {
    const piece = CHUNK_FRAMES - (at % CHUNK_FRAMES);
    const end = this.loop && at < this.loop.end ? this.loop.end : this.frames;
    return Math.min(piece, end - at);
  }

  /** Where it goes on from a position that was reached by playing. */
  #after(at: number): number {
    return this.loop && at === this.loop.end ? this.loop.start : at;
  }

  #holds(at: number): boolean {
    const index = Math.floor(at / CHUNK_FRAMES);
    return this.#stems.every((stem, number) => at >= stem.frames || this.#chunks[number]?.has(index));
  }

  #add(stem: number, bus: Stereo, offset: number, run: number, block: number): void {
    const chunk = this.#chunks[stem]?.get(Math.floor(this.position / CHUNK_FRAMES));
    const gains = this.#gains[stem];
    const target = this.#targets[stem];
    if (!chunk || !gains || !target) return;
    const [left, right] = chunk;
    const [busLeft, busRight] = bus;
    const first = this.position % CHUNK_FRAMES;
    const last = Math.min(run, left.length - first);
    const [ll = 0, rl = 0, lr = 0, rr = 0] = gains;
    const [toLl, toRl, toLr, toRr] = target;
    let peak = this.peaks[stem] ?? 0;
    for (let i = 0; i < last; i++) {
      const way = (offset + i + 1) / block; // gains move in a straight line over the block
      const l = left[first + i] ?? 0;
      const r = right[first + i] ?? 0;
      const a = l * (ll + (toLl - ll) * way) + r * (rl + (toRl - rl) * way);
      const b = l * (lr + (toLr - lr) * way) + r * (rr + (toRr - rr) * way);
      busLeft[offset + i] = (busLeft[offset + i] ?? 0) + a;
      busRight[offset + i] = (busRight[offset + i] ?? 0) + b;
      peak = Math.max(peak, Math.abs(a), Math.abs(b));
    }
    this.peaks[stem] = peak;
  }
}

/** Silent buses of a length. */
export function silentBuses(frames: number): Buses {
  const stereo = (): Stereo => [new Float32Array(frames), new Float32Array(frames)];
  return { tonal: stereo(), percussive: stereo() };
}
