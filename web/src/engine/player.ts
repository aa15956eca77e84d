import { Click, type ClickSettings, type CountIn, countInTo, type GridBeat } from "./click";
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
  /** Which beat of the count-in was heard last, from 1; 0 = nothing is being counted. */
  count: number;
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
  readonly #click: Click;
  #shift: Shift = { rate: 1, semitones: 0 };
  #playing = false;
  #waiting = false;
  /** What to do when the block that fades out has been played: stop, or go on elsewhere. */
  #next: { kind: "pause" } | { kind: "jump"; frame: number; shift: Shift } | undefined;
  /** The bar that is being counted before the song plays, and how far it is, in frames of the song. */
  #counting: (CountIn & { at: number }) | undefined;
  /** The first frame of the song whose click has not been struck; undefined after a jump. */
  #struck: number | undefined;
  /** How far the sound has faded in: 0 = it begins, 1 = it is there. */
  #risen = 0;
  /** Whether the stretchers have been given what lies before the present position. */
  #primed = false;
  /** The part of an input frame that the tempo leaves over after each block. */
  #rest = 0;

  constructor(stems: readonly MixerStem[], stretchers: Stretchers, click: Click) {
    this.mixer = new Mixer(stems);
    this.#stretchers = stretchers;
    this.#click = click;
  }

  play(): void {
    if (this.mixer.ended && !this.mixer.loop) this.#move(0, this.#shift);
    this.#next = undefined;
    if (!this.#playing) {
      this.#risen = 0;
      this.#countTo(this.mixer.position);
    }
    this.#playing = true;
  }

  pause(): void {
    if (this.#counting) this.#stop();
    else if (this.#playing) this.#next = { kind: "pause" };
  }

  /** Goes to a sample frame. */
  seek(frame: number): void {
    const shift = this.#next?.kind === "jump" ? this.#next.shift : this.#shift;
    const target = Math.max(0, Math.min(this.mixer.frames, Math.round(frame)));
    this.#jump(target, shift);
    if (this.#counting) this.#countTo(target);
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
    this.#wrapped = false;
  }

  /** Sets the beats of the song. */
  setGrid(beats: readonly GridBeat[]): void {
    this.#click.grid = beats;
  }

  setClick(settings: ClickSettings): void {
    this.#click.settings = settings;
  }

  /** The sample frame that sounds now: while stretching, behind the one that is read. */
  get frame(): number {
    return Math.max(0, Math.min(this.mixer.frames, Math.round(this.#sounding().frame)));
  }

  /** The frame that sounds now, to a fraction, and whether it belongs to the lap before the one that is read. */
  #sounding(): { frame: number; lapBehind: boolean } {
    const { position, loop } = this.mixer;
    if (!isShifted(this.#shift) || !this.#primed) return { frame: position, lapBehind: false };
    const { inputLatency, outputLatency } = this.#stretchers.tonal;
    let frame = position + this.#rest - inputLatency - outputLatency * this.#shift.rate;
    // Read beyond the end of the loop, it has begun anew, while its end still sounds; of a short loop several laps.
    const lapBehind = loop !== undefined && this.#wrapped && position < loop.end && frame < loop.start;
    if (lapBehind) while (frame < loop.start) frame += loop.end - loop.start;
    return { frame, lapBehind };
  }

  /** Fills a block of the output; returns whether anything sounded. */
  render(output: Stereo): boolean {
    if (!this.#playing) return false;
    const counted = this.#count(output);
    if (counted === output[0].length) return true;
    return this.#play([output[0].subarray(counted), output[1].subarray(counted)]);
  }

  /** Counts for as long as there is something to be counted; returns how many frames of the block that took. */
  #count(output: Stereo): number {
    const counting = this.#counting;
    if (!counting) return 0;
    const { rate } = this.#shift;
    const { at, to, beats } = counting;
    const taken = Math.min(output[0].length, Math.round((to - at) / rate));
    counting.at = at + taken * rate;
    const done = taken < output[0].length;
    this.#click.strike(beats, at, done ? to : counting.at, (frame) => (frame - at) / rate);
    this.#click.render([output[0].subarray(0, taken), output[1].subarray(0, taken)]);
    if (done) this.#counting = undefined;
    return taken;
  }

  #play(output: Stereo): boolean {
    const count = output[0].length;
    if (!this.mixer.has(this.#lookAhead(count))) {
      this.#waiting = true;
      this.#risen = 0; // whatever was fading is silent already
      this.#afterFade();
      return false;
    }
    this.#waiting = false;
    if (isShifted(this.#shift) && !this.#primed) this.#prime();
    if (this.#click.settings.audible) this.#strike(count);
    if (isShifted(this.#shift)) this.#renderStretched(output);
    else this.#renderPlain(output);
    const risen = Math.min(1, this.#risen + count / FADE_FRAMES); // after a count-in a block may be short
    fade(output, this.#risen, risen);
    this.#risen = risen;
    this.#click.render(output);
    if (this.#next) fade(output, 1, 0);
    this.#afterFade();
    if (this.mixer.ended && this.frame >= this.mixer.frames) this.#stop();
    return true;
  }

  /** The present state; peaks begin anew. */
  report(): PlayerState {
    const peaks = [...this.mixer.peaks];
    this.mixer.peaks.fill(0);
    const counting = this.#counting;
    const count = counting?.beats.filter(({ frame }) => frame < counting.at).length ?? 0;
    return { frame: this.frame, playing: this.#playing, waiting: this.#playing && this.#waiting, peaks, count };
  }

  /** Starts the clicks of the frames of the song that sound during the next `count` frames of output. */
  #strike(count: number): void {
    const { rate } = this.#shift;
    const { loop } = this.mixer;
    const sounding = this.#sounding();
    let at = sounding.frame;
    let from = this.#struck !== undefined && Math.abs(this.#struck - at) < SMALL_STEP ? this.#struck : at;
    let left = count * rate;
    for (;;) {
      const wraps = loop !== undefined && at < loop.end && at + left >= loop.end && (!isShifted(this.#shift) || sounding.lapBehind);
      const run = wraps ? loop.end - at : left;
      const [start, offset] = [at, count - left / rate];
      this.#click.strike(this.#click.grid, from, at + run, (frame) => Math.min(count - 1, offset + (frame - start) / rate));
      left -= run;
      at = from = wraps ? loop.start : at + run;
      if (!wraps) break;
    }
    this.#struck = at;
  }

  #countTo(frame: number): void {
    const { countIn } = this.#click.settings;
    const bar = countIn ? countInTo(this.#click.grid, frame, this.#click.sampleRate) : undefined;
    this.#click.silence();
    this.#counting = bar && { ...bar, at: bar.from };
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
    if (this.#playing && !this.#waiting && !this.#counting) this.#next = { kind: "jump", frame, shift };
    else this.#move(frame, shift);
  }

  #move(frame: number, shift: Shift): void {
    this.mixer.position = frame;
    this.#shift = shift;
    this.#primed = false;
    this.#wrapped = false;
    this.#struck = undefined;
    this.#risen = 0;
  }

  #afterFade(): void {
    const next = this.#next;
    this.#next = undefined;
    if (next) this.#click.silence();
    if (next?.kind === "jump") this.#move(next.frame, next.shift);
    if (next?.kind === "pause") this.#stop();
  }

  /** Stops where it sounds, not where it has read. */
  #stop(): void {
    const frame = this.frame;
    this.#playing = false;
    this.#waiting = false;
    this.#counting = undefined;
    this.#click.silence();
    this.#move(frame, this.#shift);
  }
}

/** A block of the audio thread: what it takes to begin without a click. */
const FADE_FRAMES = 128;
const PRIMING_FRAMES = 1024;
/** Where the tempo moves, what sounds moves by less than this many frames, and no beat is struck twice or left out. */
const SMALL_STEP = 4096;

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
