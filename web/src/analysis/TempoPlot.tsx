import type { Curve, Results } from "@sound-forge-alchemy/api/alchemy/analysis/v1/results_pb.js";
import { useCallback, useMemo } from "react";

import { Canvas, type Pen } from "../chart/Canvas";
import { drawCurve, drawGrid } from "../chart/lines";
import { roomFor, ticks } from "../chart/scale";
import { extent, valueAt } from "../music/curves";
import { text } from "../text/en";
import { useAxis } from "./axis";
import { Plot } from "./Plot";

const HEIGHT = 80;
/** So many BPM are shown at least, so that a steady tempo looks steady. */
const LEAST_BPM = 10;
/** A tempo that varies by less is steady: by half a percent. */
const STEADY = 0.005;

/** The tempo through time. */
export function TempoPlot({ results, curve }: { results: Results; curve: Curve }) {
  const { view, width } = useAxis();
  const words = text.analysis.plots.tempo;
  const range = useMemo(() => extent(curve), [curve]);
  const scale = useMemo(() => roomFor(range ?? { low: 60, high: 180 }, LEAST_BPM, 1), [range]);
  const marks = ticks(scale.low, scale.high, 3);
  const draw = useCallback(
    (pen: Pen) => {
      drawGrid(pen, scale, ticks(scale.low, scale.high, 3));
      drawCurve(pen, curve, view, scale, pen.ink("--stem-drums"), { thick: 2 });
    },
    [curve, view, scale],
  );
  const steady = range && range.high - range.low < range.high * STEADY;
  return (
    <Plot
      title={words.title}
      unit={words.unit}
      about={words.about}
      source={results.rhythm?.source}
      summary={range ? (steady ? words.steady((range.low + range.high) / 2) : words.moving(range.low, range.high)) : ""}
      height={HEIGHT}
      marks={marks.map((value) => ({ share: scale.share(value), text: String(value) }))}
      reading={({ second }) => {
        const value = valueAt(curve, second);
        return value === undefined ? "" : words.reading(value);
      }}
      dots={(second) => {
        const value = valueAt(curve, second);
        return value === undefined ? [] : [{ share: scale.share(value), colour: "var(--stem-drums)" }];
      }}
    >
      <Canvas draw={draw} width={width} height={HEIGHT} />
    </Plot>
  );
}
