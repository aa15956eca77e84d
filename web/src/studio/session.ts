import { meshFetch } from "../account/here";
import type { StemSource } from "../engine/chunks";
import { DecodedSource } from "../engine/decoded-source";
import { Engine } from "../engine/engine";
import { LiveSource } from "../engine/live-source";
import { type ClickSettings, SILENT_CLICK } from "../engine/click";
import type { StemSettings } from "../engine/mix";
import type { Loop } from "../engine/mixer";
import type { PlayerState, Shift } from "../engine/player";
import { RangeSource } from "../engine/range-source";
import { type Deck, type DeckStem, isPercussive } from "./deck";
import { LiveOutline, type Outline } from "./outline";

/** What a view of playback shows. */
export interface Playback extends PlayerState {
  /** Whether the sound is there to be played. */
  ready: boolean;
}

const NOTHING: Playback = { frame: 0, playing: false, waiting: false, peaks: [], count: 0, ready: false };

/** A beat of the song, in seconds. */
export interface SessionBeat {
  time: number;
  /** Its place in the bar, 1 = the downbeat; 0 where bars are unknown. */
  position: number;
}

/** One deck being played, from opening its stems to letting go of them. Views subscribe to what they show. */
export class Session {
  readonly #deck: Deck;
  readonly #closing = new AbortController();
  readonly #listeners = new Set<() => void>();
  readonly #outlines = new Map<string, Outline>();
  readonly #onFailure: (cause: unknown) => void;
  #engine: Engine | undefined;
  #playback = NOTHING;
  #settings: readonly StemSettings[] = [];
  #loop: { start: number; end: number } | undefined;
  #shift: Shift = { rate: 1, semitones: 0 };
  #grid: readonly SessionBeat[] = [];
  #click = SILENT_CLICK;
  #wanted: { seconds: number; playing: boolean } = { seconds: 0, playing: false };

  constructor(deck: Deck, onFailure: (cause: unknown) => void) {
    this.#deck = deck;
    this.#onFailure = onFailure;
    void this.#open().catch((cause: unknown) => {
      if (!this.#closing.signal.aborted) onFailure(cause);
    });
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly playback = (): Playback => this.#playback;

  /** The outline of a stem in the making, as far as it has come. */
  outline(stem: string): Outline | undefined {
    return this.#outlines.get(stem);
  }

  /** Sample frames per second; of a stem that is not opened yet a guess that is good enough to draw by. */
  get sampleRate(): number {
    return this.#engine?.sampleRate ?? (this.#deck.stems[0]?.sampleRate || 44_100);
  }

  /** Where it sounds, in seconds. */
  get seconds(): number {
    return this.#engine ? this.#playback.frame / this.sampleRate : this.#wanted.seconds;
  }

  /** What is heard, for meters and tests; undefined until the stems are open. */
  get output(): AudioNode | undefined {
    return this.#engine?.output;
  }

  play(): void {
    this.#wanted.playing = true;
    if (!this.#engine) return;
    const { start, end } = this.#loop ?? { start: 0, end: Infinity };
    if (this.seconds < start || this.seconds >= end) this.seek(start);
    this.#engine.play();
  }

  pause(): void {
    this.#wanted.playing = false;
    this.#engine?.pause();
  }

  toggle(): void {
    if (this.#playback.playing) this.pause();
    else this.play();
  }

  seek(seconds: number): void {
    this.#wanted.seconds = seconds;
    this.#engine?.seek(seconds * this.sampleRate);
  }

  setStems(settings: readonly StemSettings[]): void {
    this.#settings = settings;
    this.#engine?.setStems(settings);
  }

  /** Plays a part over and over; undefined = all of it once. In seconds. */
  setLoop(loop: { start: number; end: number } | undefined): void {
    this.#loop = loop;
    this.#engine?.setLoop(this.#inFrames(loop));
  }

  setShift(shift: Shift): void {
    this.#shift = shift;
    this.#engine?.setShift(shift);
  }

  /** Sets the beats that click and count-in follow. */
  setGrid(beats: readonly SessionBeat[]): void {
    this.#grid = beats;
    this.#engine?.setGrid(this.#gridInFrames());
  }

  setClick(settings: ClickSettings): void {
    this.#click = settings;
    this.#engine?.setClick(settings);
  }

  close(): void {
    this.#closing.abort();
    this.#engine?.close();
    this.#engine = undefined;
  }

  async #open(): Promise<void> {
    const sources = await Promise.all(this.#deck.stems.map((stem) => this.#source(stem)));
    const stems = sources.map((source, index) => ({ source, percussive: isPercussive(this.#deck.stems[index]?.stem ?? "") }));
    const engine = await Engine.open(
      stems,
      (state) => this.#show({ ...state, ready: true }),
      (cause) => this.#onFailure(cause),
    );
    if (this.#closing.signal.aborted) {
      engine.close();
      return;
    }
    this.#engine = engine;
    if (this.#settings.length) engine.setStems(this.#settings);
    engine.setLoop(this.#inFrames(this.#loop));
    engine.setShift(this.#shift);
    engine.setGrid(this.#gridInFrames());
    engine.setClick(this.#click);
    engine.seek(this.#wanted.seconds * this.sampleRate);
    if (this.#wanted.playing) engine.play();
  }

  #source({ stem, address, liveAddress, mediaType, sampleRate }: DeckStem): Promise<StemSource> {
    const { signal } = this.#closing;
    if (liveAddress) {
      const outline = new LiveOutline();
      return LiveSource.open(meshFetch, liveAddress, this.#deck.seconds, signal, (_index, chunk) => {
        this.#outlines.set(stem, outline.add(chunk));
        this.#show({ ...this.#playback });
      });
    }
    if (mediaType === "audio/wav") return RangeSource.open(address, signal);
    return DecodedSource.open(address, sampleRate, signal);
  }

  #gridInFrames() {
    return this.#grid.map(({ time, position }) => ({ frame: Math.round(time * this.sampleRate), position }));
  }

  #inFrames(loop: Loop | undefined): Loop | undefined {
    return loop && { start: Math.round(loop.start * this.sampleRate), end: Math.round(loop.end * this.sampleRate) };
  }

  #show(playback: Playback): void {
    this.#playback = playback;
    for (const listener of this.#listeners) listener();
  }
}
