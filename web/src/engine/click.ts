import type { Stereo } from "./stretcher";

/** One beat, at a sample frame of the song. */
export interface GridBeat {
  frame: number;
  /** Its place in the bar, 1 = the downbeat; 0 where bars are unknown. */
  position: number;
}

/** How the metronome is set. */
export interface ClickSettings {
  /** Whether it sounds along with the song. */
  audible: boolean;
  /** Linear gain, in [0, 2]. */
  volume: number;
  /** Whether a bar is counted before the song begins to play. */
  countIn: boolean;
}

export const SILENT_CLICK: ClickSettings = { audible: false, volume: 1, countIn: false };

/** A bar that is counted before a frame of the song: beats that lie before it, as if the grid went on there. */
export interface CountIn {
  /** Where counting begins, in frames of the song; most often before its first. */
  from: number;
  /** Where the song takes over. */
  to: number;
  beats: readonly GridBeat[];
}

const USUAL_BEATS_PER_BAR = 4;
/** A beat this near is the one that was meant, in seconds: half of what anybody hears as early. */
const NEAR_SECONDS = 0.005;

/** The bar before `frame`: its clicks lead over into the beats of the song. Undefined where the grid knows no tempo. */
export function countInTo(beats: readonly GridBeat[], frame: number, sampleRate: number): CountIn | undefined {
  const near = NEAR_SECONDS * sampleRate;
  const index = firstAtOrAfter(beats, frame - near);
  const next = beats[index];
  const neighbour = beats[index - 1] ?? beats[index + 1];
  if (!next || !neighbour) return undefined;
  const period = Math.abs(next.frame - neighbour.frame);
  const perBar = Math.max(...beats.map(({ position }) => position)) || USUAL_BEATS_PER_BAR;
  // Before the first beat of the song the grid goes on as it began.
  const before = Math.max(0, Math.floor((next.frame - frame + near) / period));
  const positionOf = (back: number) => (next.position === 0 ? 0 : ((((next.position - 1 - back) % perBar) + perBar) % perBar) + 1);
  const counted = Array.from({ length: perBar }, (_, i) => {
    const back = before + perBar - i;
    return { frame: next.frame - back * period, position: next.position === 0 && i === 0 ? 1 : positionOf(back) };
  });
  return { from: counted[0]?.frame ?? frame, to: frame, beats: counted };
}

interface Voice {
  samples: Float32Array;
  /** The next of them; negative = it begins so many frames into the block. */
  at: number;
}

/** Sounds a click where it is told to, at its own pitch and length, whatever is done to the song. */
export class Click {
  readonly sampleRate: number;
  settings = SILENT_CLICK;
  #grid: readonly GridBeat[] = [];
  #voices: Voice[] = [];
  readonly #beat: Float32Array;
  readonly #downbeat: Float32Array;

  constructor(sampleRate: number) {
    this.sampleRate = sampleRate;
    this.#beat = tick(1000, sampleRate);
    this.#downbeat = tick(1500, sampleRate);
  }

  get grid(): readonly GridBeat[] {
    return this.#grid;
  }

  /** Takes the beats of the song, in order. */
  set grid(beats: readonly GridBeat[]) {
    this.#grid = beats;
  }

  /** Whatever sounds ends here. */
  silence(): void {
    this.#voices = [];
  }

  /**
   * Starts the clicks of a run of the song.
   *
   * @param beats those of the song, or of a count-in
   * @param from the first frame of the song that counts
   * @param to the first that no longer does
   * @param place where in the block a frame of the song sounds, in output frames
   */
  strike(beats: readonly GridBeat[], from: number, to: number, place: (frame: number) => number): void {
    for (let index = firstAtOrAfter(beats, from); index < beats.length; index++) {
      const beat = beats[index];
      if (!beat || beat.frame >= to) return;
      this.#voices.push({ samples: beat.position === 1 ? this.#downbeat : this.#beat, at: -Math.max(0, Math.round(place(beat.frame))) });
    }
  }

  /** Adds what sounds to a block. */
  render(output: Stereo): void {
    if (this.#voices.length === 0) return;
    const count = output[0].length;
    const { volume } = this.settings;
    for (const voice of this.#voices) {
      const first = Math.max(0, -voice.at);
      for (let i = first; i < count && voice.at + i < voice.samples.length; i++) {
        const sample = (voice.samples[voice.at + i] ?? 0) * volume;
        for (const side of output) side[i] = (side[i] ?? 0) + sample;
      }
      voice.at += count;
    }
    this.#voices = this.#voices.filter(({ samples, at }) => at < samples.length);
  }
}

const TICK_SECONDS = 0.05;
const DECAY_SECONDS = 0.012;
const ATTACK_SECONDS = 0.0005;
const LEVEL = 0.5;

/** A short tone that dies away, as in the click track that the server exports. */
function tick(hertz: number, sampleRate: number): Float32Array {
  return Float32Array.from({ length: Math.round(TICK_SECONDS * sampleRate) }, (_, i) => {
    const time = i / sampleRate;
    return LEVEL * Math.sin(2 * Math.PI * hertz * time) * Math.exp(-time / DECAY_SECONDS) * Math.min(1, time / ATTACK_SECONDS);
  });
}

function firstAtOrAfter(beats: readonly GridBeat[], frame: number): number {
  let [low, high] = [0, beats.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((beats[middle]?.frame ?? Infinity) < frame) low = middle + 1;
    else high = middle;
  }
  return low;
}
