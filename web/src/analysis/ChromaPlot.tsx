import type { Curve, Results } from "@sound-forge-alchemy/api/alchemy/analysis/v1/results_pb.js";
import { useCallback, useMemo } from "react";

import { Canvas, type Pen } from "../chart/Canvas";
import { heatImage } from "../chart/heat";
import { thinned } from "../music/chords";
import { stepAt } from "../music/curves";
import { at, type Music } from "../music/music";
import { chordName, pitchName, type PlainKey } from "../music/pitch";
import { text } from "../text/en";
import { pixelOf, useAxis } from "./axis";
import { chromaColumns, chromaSum, strongest } from "./chroma";
import styles from "./ChromaPlot.module.css";
import { Plot } from "./Plot";

const NOTES = 12;
const ROW_PIXELS = 13;
const CHORDS_PIXELS = 26;
const HEIGHT = CHORDS_PIXELS + NOTES * ROW_PIXELS;
/** About as wide as letters are. */
const LETTER_PIXELS = 7;
const WIDE_LETTER_PIXELS = 10;
const MOST_NOTES = 4;

/** The twelve pitch classes through time, and the chords that they make. */
export function ChromaPlot({ results, music, curve }: { results: Results; music: Music; curve: Curve }) {
  const { view, width } = useAxis();
  const words = text.analysis.plots.chroma;
  const { key } = music;
  const draw = useCallback(
    (pen: Pen) => {
      const shares = chromaColumns(curve, view, pen.width);
      const image = heatImage(pen, pen.width, NOTES, (column, note) => shares[column * NOTES + note] ?? 0);
      pen.context.imageSmoothingEnabled = false;
      if (image) pen.context.drawImage(image, 0, 0, pen.width, pen.height);
    },
    [curve, view],
  );
  const named = useCallback((notes: readonly number[]) => notes.map((note) => pitchName(note, key)).join(", "), [key]);
  const most = useMemo(() => named(strongest(chromaSum(curve), MOST_NOTES)), [named, curve]);
  return (
    <Plot
      title={words.title}
      unit={words.unit}
      about={words.about}
      source={results.chords?.source ?? results.tonality?.source}
      summary={words.summary(most, commonChords(music).join(", "))}
      height={HEIGHT}
      marks={Array.from({ length: NOTES }, (_, note) => ({ share: ((note + 0.5) * ROW_PIXELS) / HEIGHT, text: pitchName(note, key) }))}
      reading={({ second }) => words.reading(chordName(at(music.chords, second)?.label ?? "", 0, keyAt(music, second)), named(strongest(stepAt(curve, second) ?? [], MOST_NOTES)))}
    >
      <div className={styles.chords} style={{ height: CHORDS_PIXELS }}>
        <ChordNames music={music} />
      </div>
      <Canvas draw={draw} width={width} height={NOTES * ROW_PIXELS} />
    </Plot>
  );
}

function ChordNames({ music }: { music: Music }) {
  const axis = useAxis();
  const { view, width } = axis;
  return thinned(music.chords, view, width, false).map(({ start, end, label, triad }) => {
    const names = [label, triad].map((one) => chordName(one, 0, keyAt(music, start)));
    if (!names[0]) return null;
    const left = Math.max(0, pixelOf(axis, start));
    const room = Math.min(width, pixelOf(axis, end)) - left - 1;
    return (
      <span key={start} style={{ left, width: Math.max(1, room) }}>
        {names.find((name) => room > widthOf(name))}
      </span>
    );
  });
}

function widthOf(name: string): number {
  const wide = name.split("m").length - 1;
  return wide * WIDE_LETTER_PIXELS + (name.length - wide) * LETTER_PIXELS;
}

function keyAt(music: Music, second: number): PlainKey | undefined {
  return at(music.keys, second)?.key ?? music.key;
}

const MOST_CHORDS = 4;

/** The chords that sound for the longest time, by their names. */
function commonChords(music: Music): string[] {
  const lasting = new Map<string, number>();
  for (const { start, end, label } of music.chords) {
    const name = chordName(label, 0, music.key);
    if (name) lasting.set(name, (lasting.get(name) ?? 0) + end - start);
  }
  return [...lasting].sort(([, a], [, b]) => b - a).slice(0, MOST_CHORDS).map(([name]) => name);
}
