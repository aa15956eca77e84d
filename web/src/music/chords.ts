import type { Chord, Span } from "./music";

/** A chord as it is drawn: by its name, or by its triad where that does not fit. */
export interface ShownChord extends Span {
  label: string;
  triad: string;
}

/** A chord narrower than this is not drawn beside one that is drawn already. */
const THIN_PIXELS = 3;

/** The chords in view, equal neighbours as one, without those for which there is no room. */
export function thinned(chords: readonly Chord[], view: { start: number; length: number }, width: number, simple: boolean): ShownChord[] {
  const shown: ShownChord[] = [];
  const shortest = (THIN_PIXELS / width) * view.length;
  for (const chord of chords) {
    if (chord.end <= view.start || chord.start >= view.start + view.length) continue;
    const label = simple ? chord.simple : chord.label;
    const last = shown.at(-1);
    if (last?.label === label && chord.start - last.end < 0.01) last.end = chord.end;
    else if (chord.end - chord.start >= shortest || !last || chord.start - last.start >= shortest) shown.push({ start: chord.start, end: chord.end, label, triad: chord.simple });
  }
  return shown;
}
