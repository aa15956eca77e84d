import type { Curve, Results } from "@sound-forge-alchemy/api/alchemy/analysis/v1/results_pb.js";
import { useCallback } from "react";

import { Canvas, type Pen } from "../chart/Canvas";
import { drawCurve } from "../chart/lines";
import { logarithmic } from "../chart/scale";
import { extent, valueAt } from "../music/curves";
import type { Music } from "../music/music";
import { hertzOf, isBlackKey, noteName, pitchOf } from "../music/pitch";
import { text } from "../text/en";
import { stemColour } from "../ui/stems";
import { useAxis } from "./axis";
import { Plot } from "./Plot";

const HEIGHT = 176;
/** Notes whose names have room beside each other: all of an octave, else those of a triad, else Cs. */
const OCTAVE = 14;
const FEW = 30;
const TRIAD: ReadonlySet<number> = new Set([0, 4, 7]);
/** A voice does not glide so far from one step to the next. */
const LEAP_SEMITONES = 5;

/** The pitch of the leading voice on a piano's keys. */
export function MelodyPlot({ results, music, curve }: { results: Results; music: Music; curve: Curve }) {
  const { view, width } = useAxis();
  const words = text.analysis.plots.melody;
  const range = extent(curve);
  const low = Math.floor(pitchOf(range?.low ?? 220)) - 1;
  const high = Math.ceil(pitchOf(range?.high ?? 440)) + 1;
  const colour = stemColour(results.melody?.source[0] ?? "vocals");
  const token = colour.slice(4, -1); // "var(--stem-vocals)"
  const draw = useCallback(
    (pen: Pen) => {
      const row = pen.height / (high - low);
      for (let pitch = low; pitch <= high; pitch++) {
        pen.context.fillStyle = pen.ink(isBlackKey(pitch) ? "--hover" : "--raised");
        pen.context.fillRect(0, pen.height - (pitch - low + 0.5) * row, pen.width, row - pen.scale);
      }
      drawCurve(pen, curve, view, logarithmic(hertzOf(low), hertzOf(high)), pen.ink(token), { thick: 2, leap: LEAP_SEMITONES / (high - low) });
    },
    [curve, view, low, high, token],
  );
  const isNamed = (pitch: number) => high - low <= OCTAVE || (high - low <= FEW ? TRIAD.has(pitch % 12) : pitch % 12 === 0);
  const named = Array.from({ length: high - low + 1 }, (_, i) => low + i).filter(isNamed);
  const { melody } = results;
  return (
    <Plot
      title={words.title}
      unit={words.unit}
      about={words.about}
      source={melody?.source}
      summary={
        melody?.medianHz
          ? words.summary(noteName(melody.lowHz, 0, music.key), noteName(melody.highHz, 0, music.key), noteName(melody.medianHz, 0, music.key), text.analysis.sure(melody.confidence))
          : words.silent
      }
      height={HEIGHT}
      marks={named.map((pitch) => ({ share: (pitch - low) / (high - low), text: noteName(hertzOf(pitch), 0, music.key) }))}
      reading={({ second }) => {
        const hz = valueAt(curve, second);
        if (hz === undefined) return words.silent;
        return words.reading(noteName(hz, 0, music.key), Math.round((pitchOf(hz) - Math.round(pitchOf(hz))) * 100), hz);
      }}
      dots={(second) => {
        const hz = valueAt(curve, second);
        return hz === undefined ? [] : [{ share: (pitchOf(hz) - low) / (high - low), colour }];
      }}
    >
      <Canvas draw={draw} width={width} height={HEIGHT} />
    </Plot>
  );
}
