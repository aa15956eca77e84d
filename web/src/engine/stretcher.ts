import "./stretch-globals"; // before the library

import "signalsmith-stretch";

import { type StretchModule, takeRegistered } from "./stretch-globals";

const Processor = takeRegistered();
const CHANNELS = 2;
/** Above this the spectrum is moved less and less, so that cymbals and consonants keep their sound. In hertz. */
const TONALITY_HZ = 8_000;

/** Two channels of samples. */
export type Stereo = readonly [Float32Array, Float32Array];

/** Changes tempo and pitch of a stereo stream, each without the other, by the Signalsmith Stretch library. */
export class Stretcher {
  /** How far ahead of the sound the input must be, in input frames. */
  readonly inputLatency: number;
  /** By how much the sound comes later than its input, in output frames. */
  readonly outputLatency: number;
  /** The most frames, in or out, that one call takes. */
  readonly capacity: number;
  readonly #wasm: StretchModule;
  readonly #sampleRate: number;
  readonly #buffers: number;

  private constructor(wasm: StretchModule, sampleRate: number) {
    this.#wasm = wasm;
    this.#sampleRate = sampleRate;
    wasm._presetDefault(CHANNELS, sampleRate);
    this.inputLatency = wasm._inputLatency();
    this.outputLatency = wasm._outputLatency();
    this.capacity = this.inputLatency + this.outputLatency;
    this.#buffers = wasm._setBuffers(CHANNELS, this.capacity);
  }

  /** Loads the library's WebAssembly anew: every stretcher has a state of its own. */
  static async load(sampleRate: number): Promise<Stretcher> {
    const processor = new Processor({ numberOfOutputs: 1, outputChannelCount: [CHANNELS] });
    await processor.ready;
    if (!processor.wasmModule) throw new Error("The stretch library has changed how it starts.");
    return new Stretcher(processor.wasmModule, sampleRate);
  }

  /** Moves the pitch by semitones. */
  transpose(semitones: number): void {
    this.#wasm._setTransposeSemitones(semitones, TONALITY_HZ / this.#sampleRate);
  }

  /** Begins anew: `before` is what lies before, and up to `inputLatency` frames behind, the moment that should sound first. */
  seek(before: Stereo, rate: number): void {
    this.#wasm._reset();
    this.#write(before);
    this.#wasm._seek(before[0].length, rate);
  }

  /** Takes all of `input`, fills all of `output`; the ratio of their lengths is the tempo. */
  process(input: Stereo, output: Stereo): void {
    this.#write(input);
    this.#wasm._process(input[0].length, output[0].length);
    output.forEach((samples, channel) => samples.set(this.#view(CHANNELS + channel, samples.length)));
  }

  #write(input: Stereo): void {
    input.forEach((samples, channel) => this.#view(channel, samples.length).set(samples));
  }

  /** One of the library's buffers: first those of the input, then those of the output. */
  #view(buffer: number, frames: number): Float32Array {
    const memory = this.#wasm.exports ? this.#wasm.exports.memory.buffer : this.#wasm.HEAP8.buffer;
    return new Float32Array(memory, this.#buffers + buffer * this.capacity * Float32Array.BYTES_PER_ELEMENT, frames);
  }
}
