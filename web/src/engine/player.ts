import { type Buses, type Loop, Mixer, type MixerStem, silentBuses } from "./mixer";
import type { Stereo, Stretcher } from "./stretcher";

/** Where playback stands. */
export interface PlayerState {
  /** The sample frame that sounds now. */
  frame: number;
  playing: boolean;
  /** Whether it would play, but samples are missing. */
  waiting: boolean;
  /** The highest absolute sample of each stem since the last report. */
  peaks: number[];
}

/** Tempo and pitch. */
export interface Shift {
  /** 1 = as recorded; 0.5 = half as fast. */
  rate: number;
  /** Of everything but drums. */
  semitones: number;
}

/** One stretcher for each bus. */
export interface Stretchers {
  tonal: Stretcher;
  percussive: Stretcher;
}

/** Plays a mix block by block: starts, stops and jumps without clicks, and stretches when tempo or pitch are changed. */
export class Player {
  readonly mixer: Mixer;
  readonly #stretchers: Stretchers;
  #shift: Shift = { rate: 1, semitones: 0 };
  #playing = false;
  #waiting = false;
  /** What to do when the block that fades out has been played: stop, or go on elsewhere. */
  #next: { kind: "pause" } | { kind: "jump"; frame: number; shift: Shift } | undefined;
  /** Whether the next block fades in. */
  #fresh = true;
  /** Whether the stretchers have been given what lies before the present position. */
  #primed = false;
  /** The part of an input frame that the tempo leaves over after each block. */
  #rest = 0;

  constructor(stems: readonly MixerStem[], stretchers: Stretchers) {
    this.mixer = new Mixer(stems);
    this.#stretchers = stretchers;
  }

  play(): void {
    if (this.mixer.ended && !this.mixer.loop) this.#move(0, this.#shift);
    this.#next = undefined;
    this.#fresh ||= !this.#playing;
    this.#playing = true;
  }

  pause(): void {
    if (this.#playing) this.#next = { kind: "pause" };
  }

  /** Goes to a sample frame. */
  seek(frame: number): void {
    const shift = this.#next?.kind === "jump" ? this.#next.shift : this.#shift;
    this.#jump(Math.max(0, Math.min(this.mixer.frames, Math.round(frame))), shift);
  }

  setShift(shift: Shift): void {
    const stretched = isShifted(this.#shift);
    // Within a stretched sound tempo and pitch may simply move; into and out of it is a jump to where we are, or are going.
    if (this.#next?.kind === "jump") this.#next.shift = shift;
    else if (stretched && isShifted(shift)) this.#shift = shift;
    else if (stretched !== isShifted(shift)) this.#jump(this.frame, shift);
  }

  setLoop(loop: Loop | undefined): void {
    this.mixer.loop = loop;
  }

  /** The sample frame that sounds now: while stretching, behind the one that is read. */
  get frame(): number {
    if (!isShifted(this.#shift) || !this.#primed) return this.mixer.position;
    const { inputLatency, outputLatency } = this.#stretchers.tonal;
    const sounding = Math.round(this.mixer.position - inputLatency - outputLatency * this.#shift.rate);
    const { loop } = this.mixer;
    // Read beyond the end of the loop, it has begun anew, while its end still sounds.
    if (loop && this.mixer.position < loop.end && sounding < loop.start && this.#wrapped) return sounding + loop.end - loop.start;
    return Math.max(0, Math.min(this.mixer.frames, sounding));
  }

  /** Fills a block of the output; returns whether anything sounded. */
  render(output: Stereo): boolean {
    if (!this.#playing) return false;
    const count = output[0].length;
    if (!this.mixer.has(this.#lookAhead(count))) {
      this.#waiting = true;
      this.#fresh = true; // whatever was fading is silent already
      this.#afterFade();
      return false;
    }
    this.#waiting = false;
    if (isShifted(this.#shift)) this.#renderStretched(output);
    else this.#renderPlain(output);
    fade(output, this.#fresh ? 0 : 1, this.#next ? 0 : 1);
    this.#fresh = false;
    this.#afterFade();
    if (this.mixer.ended && this.frame >= this.mixer.frames) this.#stop();
    return true;
  }

  /** The present state; peaks begin anew. */
  report(): PlayerState {
    const peaks = [...this.mixer.peaks];
    this.mixer.peaks.fill(0);
    return { frame: this.frame, playing: this.#playing, waiting: this.#playing && this.#waiting, peaks };
  }

  #wrapped = false;

  #renderPlain(output: Stereo): void {
    const buses = silentBuses(output[0].length);
    this.#read(buses);
    output.forEach((samples, channel) => {
      const tonal = buses.tonal[channel];
      const percussive = buses.percussive[channel];
      for (let i = 0; i < samples.length; i++) samples[i] = (tonal?.[i] ?? 0) + (percussive?.[i] ?? 0);
    });
  }

  #renderStretched(output: Stereo): void {
    if (!this.#primed) this.#prime();
    const result = this.#stretch(output[0].length);
    output.forEach((samples, channel) => {
      const tonal = result.tonal[channel];
      const percussive = result.percussive[channel];
      for (let i = 0; i < samples.length; i++) samples[i] = (tonal?.[i] ?? 0) + (percussive?.[i] ?? 0);
    });
  }

  /** Takes the input that `count` frames of output need, and returns them. Past the end the input is silence. */
  #stretch(count: number): Buses {
    const { tonal, percussive } = this.#stretchers;
    tonal.transpose(this.#shift.semitones);
    percussive.transpose(0);
    const wanted = count * this.#shift.rate + this.#rest;
    const input = silentBuses(Math.floor(wanted));
    this.#rest = wanted - Math.floor(wanted);
    const before = this.mixer.position;
    this.#read(input);
    // The mixer stops at the end; what is read beyond it is silence, and counts.
    if (this.mixer.ended) this.mixer.position = before + Math.floor(wanted);
    const result = silentBuses(count);
    tonal.process(input.tonal, result.tonal);
    percussive.process(input.percussive, result.percussive);
    return result;
  }

  /** Gives the stretchers the past, and throws away what comes out before the present position. */
  #prime(): void {
    const { tonal, percussive } = this.#stretchers;
    const { inputLatency, outputLatency, capacity } = tonal;
    const here = this.mixer.position;
    const past = silentBuses(capacity);
    this.mixer.peek(here + inputLatency - capacity, past);
    tonal.seek(past.tonal, this.#shift.rate);
    percussive.seek(past.percussive, this.#shift.rate);
    this.mixer.position = here + inputLatency;
    this.#rest = 0;
    this.#primed = true;
    for (let left = outputLatency; left > 0; left -= PRIMING_FRAMES) this.#stretch(Math.min(left, PRIMING_FRAMES));
  }

  #read(buses: Buses): void {
    const before = this.mixer.position;
    this.mixer.read(buses);
    if (this.mixer.position < before) this.#wrapped = true;
  }

  /** How many input frames the next block may need. */
  #lookAhead(count: number): number {
    if (!isShifted(this.#shift)) return count;
    const { inputLatency, outputLatency } = this.#stretchers.tonal;
    const priming = this.#primed ? 0 : inputLatency + outputLatency * this.#shift.rate;
    return Math.ceil(count * this.#shift.rate + priming) + 1;
  }

  #jump(frame: number, shift: Shift): void {
    if (this.#playing && !this.#waiting) this.#next = { kind: "jump", frame, shift };
    else this.#move(frame, shift);
  }

  #move(frame: number, shift: Shift): void {
    this.mixer.position = frame;
    this.#shift = shift;
    this.#primed = false;
    this.#wrapped = false;
    this.#fresh = true;
  }

  #afterFade(): void {
    const next = this.#next;
    this.#next = undefined;
    if (next?.kind === "jump") this.#move(next.frame, next.shift);
    if (next?.kind === "pause") this.#stop();
  }

  /** Stops where it sounds, not where it has read. */
  #stop(): void {
    const frame = this.frame;
    this.#playing = false;
    this.#waiting = false;
    this.#move(frame, this.#shift);
  }
}

const PRIMING_FRAMES = 1024;

function isShifted({ rate, semitones }: Shift): boolean {
  return rate !== 1 || semitones !== 0;
}

/** Multiplies a block by a straight line. */
function fade(output: Stereo, from: number, to: number): void {
  if (from === 1 && to === 1) return;
  for (const samples of output) {
    samples.forEach((sample, i) => (samples[i] = sample * (from + ((to - from) * (i + 1)) / samples.length)));
  }
}
