import type { Spectrogram } from "@sound-forge-alchemy/api/alchemy/analysis/v1/results_pb.js";

import type { ViewWindow } from "../studio/view-window";

/** A byte is so many dB; 255 is full scale. */
const DB = 0.4;
const TOP = 255;

/** The level of a byte of a spectrogram, in dB relative to full scale. */
export function levelOf(byte: number): number {
  return (byte - TOP) * DB;
}

/** A stretch of the song, and the step at which it is fetched. */
export interface Tile {
  start: number;
  end: number;
}

/** The steps of a tile: an answer of some 64 kB. */
export const TILE_STEPS = 512;
/** The server has nothing finer than 46 ms. */
const FINEST = 0.045;

/** The tiles that show a window in steps of about `fine` seconds, all at multiples of their length; none if `coarse` steps, those of the whole song, are fine enough. */
export function tilesFor(coarse: number, view: ViewWindow, fine: number, seconds: number): Tile[] {
  let step = coarse;
  while (step > fine && step / 2 >= FINEST) step /= 2;
  if (step === coarse) return [];
  const length = step * TILE_STEPS;
  const first = Math.floor(view.start / length);
  const last = Math.ceil(Math.min(seconds, view.start + view.length) / length);
  return Array.from({ length: Math.max(0, last - first) }, (_, i) => ({ start: (first + i) * length, end: Math.min(seconds, (first + i + 1) * length) }));
}

/** How many steps a spectrogram has. */
export function stepsOf({ levels, bandHz }: Spectrogram): number {
  return bandHz.length > 0 ? levels.length / bandHz.length : 0;
}

/** How high a frequency is drawn, from 0 to 1: bands are equally high, and a frequency between two middles lies between them. */
export function heightOf(bandHz: readonly number[], hz: number): number {
  const above = bandHz.findIndex((one) => one >= hz);
  if (above === 0) return 0.5 / bandHz.length;
  if (above < 0) return 1 - 0.5 / bandHz.length;
  const [low, high] = [bandHz[above - 1] ?? 0, bandHz[above] ?? 1];
  return (above - 0.5 + (hz - low) / (high - low)) / bandHz.length;
}

/** The bytes of a second, the lowest band first; undefined where the spectrogram has none. */
export function bandsAt(spectrogram: Spectrogram, second: number): Uint8Array | undefined {
  const bands = spectrogram.bandHz.length;
  const index = Math.round((second - spectrogram.start) / spectrogram.step);
  if (index < 0 || index >= stepsOf(spectrogram)) return undefined;
  return spectrogram.levels.subarray(index * bands, (index + 1) * bands);
}
