import { camelot, type PlainKey } from "../music/pitch";

const HOURS = 12;

/** The key of an hour of the Camelot wheel; minor keys are inside. */
export function keyAt(hour: number, minor: boolean): PlainKey {
  // Hours are fifths apart; 8B is C major, 8A its relative minor.
  const major = ((hour - 8) * 7 + 12 * 7) % 12;
  return { tonic: minor ? (major + 9) % 12 : major, minor };
}

/** The keys that share nearly all notes with a key: a fifth up and down, and its relative. */
export function neighbours(key: PlainKey): PlainKey[] {
  const { hour } = camelot(key);
  return [keyAt((hour % HOURS) + 1, key.minor), keyAt(((hour + HOURS - 2) % HOURS) + 1, key.minor), keyAt(hour, !key.minor)];
}

/** Whether two keys are the same. */
export function sameKey(a: PlainKey | undefined, b: PlainKey | undefined): boolean {
  return a !== undefined && b !== undefined && a.tonic === b.tonic && a.minor === b.minor;
}

/** The outline of a part of a ring around (0, 0), as an SVG path; angles are hours of twelve, clockwise from the top. */
export function ringPath(from: number, to: number, inner: number, outer: number): string {
  const point = (hour: number, radius: number) => {
    const angle = (hour / HOURS) * 2 * Math.PI;
    return `${(Math.sin(angle) * radius).toFixed(2)} ${(-Math.cos(angle) * radius).toFixed(2)}`;
  };
  return `M${point(from, outer)}A${outer} ${outer} 0 0 1 ${point(to, outer)}L${point(to, inner)}A${inner} ${inner} 0 0 0 ${point(from, inner)}Z`;
}
