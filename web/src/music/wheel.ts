import { camelot, type PlainKey } from "./pitch";

const HOURS = 12;

/** All keys, round the Camelot wheel from 1A, 1B to 12B. */
export const WHEEL: readonly PlainKey[] = Array.from({ length: 24 }, (_, tonic) => ({ tonic: tonic % 12, minor: tonic < 12 })).sort(
  (one, other) => camelot(one).hour - camelot(other).hour, // minor keys first, as they were
);

/** Whether two keys are the same. */
export function sameKey(one: PlainKey | undefined, other: PlainKey | undefined): boolean {
  return one !== undefined && other !== undefined && one.tonic === other.tonic && one.minor === other.minor;
}

/** Whether two keys mix: the same, one hour apart on the wheel, or relatives (the same hour). */
export function mixes(one: PlainKey, other: PlainKey): boolean {
  const [a, b] = [camelot(one), camelot(other)];
  const apart = Math.abs(a.hour - b.hour);
  if (a.letter !== b.letter) return apart === 0;
  return apart <= 1 || apart === HOURS - 1;
}
