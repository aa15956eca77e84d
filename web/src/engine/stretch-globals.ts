/**
 * Stand-ins for the two globals with which the stretch library registers a node of its own. Its WebAssembly is wanted inside our
 * node, where it gets exactly the samples that the mixer makes. Import this before the library, and `withStretch` after it.
 */
interface Scope {
  AudioWorkletProcessor?: unknown;
  registerProcessor?: unknown;
}

/** The library's processor, as far as it is used here. */
export interface LibraryProcessor {
  /** Resolves when the WebAssembly runs. */
  readonly ready: Promise<void>;
  readonly wasmModule: StretchModule | null;
}

/** The functions that the WebAssembly exports. Latencies and lengths are sample frames. */
export interface StretchModule {
  exports?: { memory: WebAssembly.Memory };
  HEAP8: Int8Array;
  _presetDefault(channels: number, sampleRate: number): void;
  _setBuffers(channels: number, frames: number): number;
  _reset(): void;
  _seek(inputFrames: number, rate: number): void;
  _process(inputFrames: number, outputFrames: number): void;
  _setTransposeSemitones(semitones: number, tonalityLimit: number): void;
  _inputLatency(): number;
  _outputLatency(): number;
}

type Constructor = new (options: object) => LibraryProcessor;

const scope = globalThis as Scope;
const kept: Scope = { AudioWorkletProcessor: scope.AudioWorkletProcessor, registerProcessor: scope.registerProcessor };
let registered: Constructor | undefined;

class Stand {
  readonly ready: Promise<void>;
  readonly port: { onmessage: unknown; postMessage: () => void };

  constructor() {
    let isReady!: () => void;
    this.ready = new Promise((resolve) => (isReady = resolve));
    // The library has one thing to say before it is asked anything: that it is ready.
    this.port = { onmessage: null, postMessage: isReady };
  }
}

scope.AudioWorkletProcessor = Stand;
scope.registerProcessor = (_name: string, constructor: Constructor) => {
  registered = constructor;
};

/** Puts the globals back, and returns what the library has registered meanwhile. */
export function takeRegistered(): Constructor {
  Object.assign(scope, kept);
  if (!registered) throw new Error("The stretch library has changed how it registers itself.");
  return registered;
}
