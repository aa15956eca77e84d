/** What somebody has set for one stem. */
export interface StemSettings {
  /** Linear gain; 1 = as separated. In [0, 2]. */
  volume: number;
  /** From -1 (left) to 1 (right). */
  pan: number;
  muted: boolean;
  solo: boolean;
}

/** A stem as it was separated. */
export const NEUTRAL: StemSettings = { volume: 1, pan: 0, muted: false, solo: false };

/** How a stem's left and right become the mix's: [left to left, right to left, left to right, right to right]. */
export type PanMatrix = readonly [number, number, number, number];

const SILENT: PanMatrix = [0, 0, 0, 0];

/** The matrices of all stems. With any solo, only solos sound; a mute silences a solo too. */
export function matricesOf(stems: readonly StemSettings[]): PanMatrix[] {
  const anySolo = stems.some((stem) => stem.solo);
  return stems.map((stem) => (stem.muted || (anySolo && !stem.solo) ? SILENT : panMatrix(stem.volume, stem.pan)));
}

/**
 * The equal-power panning of a stereo signal that Web Audio's StereoPannerNode does: the side that is panned away from moves
 * over to the other, and in the middle nothing changes.
 */
export function panMatrix(volume: number, pan: number): PanMatrix {
  const x = pan <= 0 ? pan + 1 : pan;
  const cos = volume * Math.cos((x * Math.PI) / 2);
  const sin = volume * Math.sin((x * Math.PI) / 2);
  return pan <= 0 ? [volume, cos, 0, sin] : [cos, 0, sin, volume];
}
