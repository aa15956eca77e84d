import type { Chunk } from "./chunks";

/** How the samples of a WAVE file are written. */
export interface WavFormat {
  sampleRate: number;
  channels: number;
  bits: 16 | 24 | 32;
  float: boolean;
  /** Bytes of one sample frame. */
  frameBytes: number;
  /** Offset of the first sample in the file. */
  dataOffset: number;
  /** Bytes of samples; Infinity for a file that is still being written. */
  dataBytes: number;
}

/** The file is not a WAVE file that this page reads. */
export class WavUnreadable extends Error {}

const EXTENSIBLE = 0xfffe;
const UNKNOWN_SIZE = 0xffffffff;

/**
 * Reads the head of a RIFF or RF64 file.
 *
 * @param bytes the file's beginning
 * @returns undefined if the samples begin after `bytes`
 */
export function parseWav(bytes: Uint8Array<ArrayBuffer>): WavFormat | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 12) return undefined;
  const kind = ascii(bytes, 0);
  if ((kind !== "RIFF" && kind !== "RF64") || ascii(bytes, 8) !== "WAVE") throw new WavUnreadable(`begins with ${kind}`);
  let format: Omit<WavFormat, "dataOffset" | "dataBytes"> | undefined;
  let longData: number | undefined;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const id = ascii(bytes, at);
    const size = view.getUint32(at + 4, true);
    const body = at + 8;
    if (id === "data") {
      if (!format) throw new WavUnreadable("has samples before their format");
      const dataBytes = size === UNKNOWN_SIZE ? (longData ?? Infinity) : size;
      return { ...format, dataOffset: body, dataBytes };
    }
    if (body + size > bytes.length) return undefined;
    if (id === "fmt ") format = readFormat(view, body, size);
    if (id === "ds64") longData = Number(view.getBigUint64(body + 8, true));
    at = body + size + (size % 2);
  }
  return undefined;
}

/** Turns whole sample frames into floats; channels beyond the second are left out, mono is on both sides. */
export function decodeFrames(bytes: Uint8Array<ArrayBuffer>, format: WavFormat): Chunk {
  const { channels, frameBytes } = format;
  const frames = Math.floor(bytes.length / frameBytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const sample = reader(view, format);
  const side = (channel: number) => {
    const samples = new Float32Array(frames);
    const first = channel * (format.bits / 8);
    for (let frame = 0; frame < frames; frame++) samples[frame] = sample(first + frame * frameBytes);
    return samples;
  };
  const left = side(0);
  return [left, channels > 1 ? side(1) : left.slice()];
}

function reader(view: DataView, { bits, float }: WavFormat): (at: number) => number {
  if (float) return (at) => view.getFloat32(at, true);
  if (bits === 16) return (at) => view.getInt16(at, true) / 0x8000;
  if (bits === 24) return (at) => ((view.getInt8(at + 2) << 16) | view.getUint16(at, true)) / 0x800000;
  return (at) => view.getInt32(at, true) / 0x80000000;
}

function readFormat(view: DataView, at: number, size: number): Omit<WavFormat, "dataOffset" | "dataBytes"> {
  const tag = view.getUint16(at, true);
  const code = tag === EXTENSIBLE && size >= 26 ? view.getUint16(at + 24, true) : tag;
  const bits = view.getUint16(at + 14, true);
  const float = code === 3;
  if (!(code === 1 && (bits === 16 || bits === 24 || bits === 32)) && !(float && bits === 32)) {
    throw new WavUnreadable(`has format ${code} with ${bits} bits`);
  }
  const channels = view.getUint16(at + 2, true);
  if (channels === 0) throw new WavUnreadable("has no channels");
  return { sampleRate: view.getUint32(at + 4, true), channels, bits, float, frameBytes: channels * (bits / 8) };
}

function ascii(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}
