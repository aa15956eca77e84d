import { CHUNK_FRAMES, chunkCount, type StemSource } from "./chunks";
import type { ClickSettings, GridBeat } from "./click";
import { matricesOf, type StemSettings } from "./mix";
import type { Loop } from "./mixer";
import type { PlayerState, Shift } from "./player";
import { type Command, NODE, type NodeOptions, type Report } from "./protocol";
import workletUrl from "./worklet?worker&url";

/** Browsers have audio worklets only where nobody on the way can change the page. */
export class InsecurePage extends Error {}

/** One stem to play. */
export interface EngineStem {
  source: StemSource;
  /** Drums are never transposed. */
  percussive: boolean;
}

/** About half a minute ahead and six seconds behind: 40 MB for four stems, however long they are. */
const AHEAD = 20;
const BEHIND = 4;
/** Until it is played: whoever only looks at a song need not fetch much of it. */
const AHEAD_AT_REST = 3;
const RETRY_MS = 1_000;

/** Plays stems of one song on one clock: feeds the worklet with the pieces around the playhead, and tells it what to do. */
export class Engine {
  readonly sampleRate: number;
  /** Sample frames of the longest stem. */
  readonly frames: number;
  /** Everything that is heard goes through here: for meters and tests. */
  readonly output: GainNode;
  readonly #context: AudioContext;
  readonly #node: AudioWorkletNode;
  readonly #stems: readonly EngineStem[];
  readonly #closing = new AbortController();
  readonly #loading = new Map<string, AbortController>();
  readonly #held = new Set<string>();
  #loop: Loop | undefined;
  #played = false;
  #window: readonly (readonly [number, number])[] = [];

  private constructor(context: AudioContext, stems: readonly EngineStem[], onState: (state: PlayerState) => void, onFailure: (cause: unknown) => void) {
    this.#context = context;
    this.#stems = stems;
    this.sampleRate = context.sampleRate;
    this.frames = Math.max(...stems.map(({ source }) => source.frames));
    const processorOptions: NodeOptions = { stems: stems.map(({ source, percussive }) => ({ frames: source.frames, percussive })) };
    this.#node = new AudioWorkletNode(context, NODE, { numberOfInputs: 0, outputChannelCount: [2], processorOptions });
    this.output = context.createGain();
    this.#node.connect(this.output).connect(context.destination);
    this.#node.port.onmessage = ({ data }: MessageEvent<Report>) => {
      if (data.kind === "failed") onFailure(new Error(data.words));
      if (data.kind !== "state") return;
      this.#played ||= data.playing;
      this.#feed(data.frame, onFailure);
      onState(data);
    };
    this.#feed(0, onFailure);
  }

  /**
   * Sets up playback; it is silent until `play`. All stems must have one sample rate: the context runs at it, so that no sample
   * is computed anew.
   */
  static async open(
    stems: readonly EngineStem[],
    onState: (state: PlayerState) => void,
    onFailure: (cause: unknown) => void,
  ): Promise<Engine> {
    const [first, ...others] = stems;
    if (!first || others.some(({ source }) => source.sampleRate !== first.source.sampleRate)) {
      throw new Error("The stems do not have one sample rate.");
    }
    if (!window.isSecureContext) throw new InsecurePage();
    const context = new AudioContext({ sampleRate: first.source.sampleRate, latencyHint: "interactive" });
    await context.audioWorklet.addModule(workletUrl);
    return new Engine(context, stems, onState, onFailure);
  }

  /** Starts; call it from a click or a key, or browsers keep silent. */
  play(): void {
    void this.#context.resume();
    this.#send({ kind: "play" });
  }

  pause(): void {
    this.#send({ kind: "pause" });
  }

  seek(frame: number): void {
    this.#send({ kind: "seek", frame });
  }

  setLoop(loop: Loop | undefined): void {
    this.#loop = loop;
    this.#send({ kind: "loop", loop });
  }

  setShift(shift: Shift): void {
    this.#send({ kind: "shift", shift });
  }

  /** Sets the beats of the song, for click and count-in. */
  setGrid(beats: readonly GridBeat[]): void {
    this.#send({ kind: "grid", beats });
  }

  setClick(settings: ClickSettings): void {
    this.#send({ kind: "click", settings });
  }

  setStems(settings: readonly StemSettings[]): void {
    matricesOf(settings).forEach((matrix, stem) => this.#send({ kind: "matrix", stem, matrix }));
  }

  /** Lets go of everything. */
  close(): void {
    this.#closing.abort();
    this.#node.port.onmessage = null;
    this.#node.disconnect();
    for (const { source } of this.#stems) source.close();
    void this.#context.close();
  }

  /** Keeps the pieces around a frame, and those at the loop's beginning, in the worklet's hands. */
  #feed(frame: number, onFailure: (cause: unknown) => void): void {
    const here = Math.floor(frame / CHUNK_FRAMES);
    const window: (readonly [number, number])[] = [[here - BEHIND, here + (this.#played ? AHEAD : AHEAD_AT_REST)]];
    if (this.#loop) {
      const start = Math.floor(this.#loop.start / CHUNK_FRAMES);
      window.push([start, start + 2]);
    }
    const moved = window.join() !== this.#window.join();
    if (!moved) return;
    this.#window = window;
    const wanted = (index: number) => window.some(([first, last]) => index >= first && index <= last);
    this.#send({ kind: "retain", ranges: window });
    for (const key of this.#held) if (!wanted(pieceOf(key))) this.#held.delete(key);
    for (const [key, loading] of this.#loading) if (!wanted(pieceOf(key))) loading.abort();
    // The nearest first, of all stems before the next.
    for (const [first, last] of window) {
      for (let index = Math.max(0, here, first); index <= last; index++) this.#loadAll(index, onFailure);
    }
    for (let index = here - 1; index >= Math.max(0, here - BEHIND); index--) this.#loadAll(index, onFailure);
  }

  #loadAll(index: number, onFailure: (cause: unknown) => void): void {
    this.#stems.forEach(({ source }, stem) => {
      const key = `${stem}/${index}`;
      if (index >= chunkCount(source.frames) || this.#held.has(key) || this.#loading.has(key)) return;
      void this.#load(key, stem, index, source).catch(onFailure);
    });
  }

  async #load(key: string, stem: number, index: number, source: StemSource): Promise<void> {
    const loading = new AbortController();
    this.#loading.set(key, loading);
    try {
      const chunk = await source.read(index, AbortSignal.any([loading.signal, this.#closing.signal]));
      if (loading.signal.aborted) return;
      this.#held.add(key);
      this.#send({ kind: "chunk", stem, index, chunk }, chunk.map((samples) => samples.buffer));
    } catch (cause) {
      if (loading.signal.aborted || this.#closing.signal.aborted) return;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      this.#window = []; // asked for again with the next report, until the server is back
      throw cause;
    } finally {
      this.#loading.delete(key);
    }
  }

  #send(command: Command, transfer: Transferable[] = []): void {
    this.#node.port.postMessage(command, transfer);
  }
}

function pieceOf(key: string): number {
  return Number(key.split("/")[1]);
}
