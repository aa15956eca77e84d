import { useMemo, useSyncExternalStore } from "react";

import { thinned } from "../music/chords";
import { at, type Chord } from "../music/music";
import { chordName, chordRoot, type PlainKey } from "../music/pitch";
import { classes } from "../ui/classes";
import styles from "./MusicLanes.module.css";
import type { Session } from "./session";
import type { ViewWindow } from "./view-window";

const LETTER_PIXELS = 9;

/** The chords by their names, or by those of their triads where there is no room; the one that sounds stands out. */
export function ChordLane({
  session,
  chords,
  view,
  width,
  semitones,
  simple,
  keyAt,
}: {
  session: Session;
  chords: readonly Chord[];
  view: ViewWindow;
  width: number;
  semitones: number;
  simple: boolean;
  keyAt: (second: number) => PlainKey | undefined;
}) {
  const now = useSyncExternalStore(session.subscribe, () => at(chords, session.seconds)?.start);
  const shown = useMemo(() => thinned(chords, view, width, simple), [chords, view, width, simple]);
  return shown.map(({ start, end, label, triad }) => {
    const root = chordRoot(label, semitones);
    if (root === undefined) return null;
    const name = chordName(label, semitones, keyAt(start));
    const pixels = ((end - start) / view.length) * width;
    return (
      <span
        key={start}
        className={classes(styles.chord, now !== undefined && now >= start && now < end && styles.now)}
        style={{ left: ((start - view.start) / view.length) * width, width: Math.max(1, pixels - 1) }}
        title={name}
      >
        {[name, chordName(triad, semitones, keyAt(start))].find(({ length }) => pixels > length * LETTER_PIXELS + 4)}
      </span>
    );
  });
}
