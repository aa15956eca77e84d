import type { PlainKey } from "../music/pitch";
import { mixes, sameKey } from "../music/wheel";

/** Which tempo and key are looked for. */
export interface MusicFilter {
  /** Slowest and fastest beats per minute, both included; undefined = no bound. */
  slowest: number | undefined;
  fastest: number | undefined;
  /** Whether tracks count too whose tempo fits when it is halved or doubled: 64 and 128 BPM share their beats. */
  octaves: boolean;
  key: PlainKey | undefined;
  /** Whether keys that mix with `key` count too. */
  mixing: boolean;
}

export const ANY_MUSIC: MusicFilter = { slowest: undefined, fastest: undefined, octaves: false, key: undefined, mixing: true };

/** Whether a track's tempo (0 = unknown) and key are what is looked for. What is unknown fits nothing but no bounds. */
export function fits({ slowest, fastest, octaves, key: wanted, mixing }: MusicFilter, bpm: number, key: PlainKey | undefined): boolean {
  if (slowest !== undefined || fastest !== undefined) {
    // A single tempo means what rounds to it, as in the server's filter.
    const half = slowest === fastest ? 0.5 : 0;
    const inside = (tempo: number) => tempo >= (slowest ?? 0) - half && tempo <= (fastest ?? Infinity) + half;
    if (!bpm || !(octaves ? [bpm, bpm / 2, bpm * 2] : [bpm]).some(inside)) return false;
  }
  if (!wanted) return true;
  return key !== undefined && (mixing ? mixes(wanted, key) : sameKey(wanted, key));
}
