import type { Curve, Results } from "@sound-forge-alchemy/api/alchemy/analysis/v1/results_pb.js";
import { useCallback, useMemo } from "react";

import { Canvas, type Pen } from "../chart/Canvas";
import { drawCurve, drawGrid } from "../chart/lines";
import { roomFor, ticks } from "../chart/scale";
import { between, peakOf, valueAt } from "../music/curves";
import { text } from "../text/en";
import { useAxis } from "./axis";
import { Plot } from "./Plot";

const HEIGHT = 96;
/** The softest moments, fades to nothing for example, lie at the bottom: they would flatten all else. */
const SOFTEST = 0.03;
const LEAST_DB = 20;

/** The power of the signal through time. */
export function EnergyPlot({ results, curve }: { results: Results; curve: Curve }) {
  const { view, width } = useAxis();
  const words = text.analysis.plots.energy;
  const scale = useMemo(() => roomFor(between(curve, SOFTEST, 1) ?? { low: -60, high: 0 }, LEAST_DB, 5), [curve]);
  const peak = useMemo(() => peakOf(curve), [curve]);
  const marks = ticks(scale.low, scale.high, 4);
  const draw = useCallback(
    (pen: Pen) => {
      drawGrid(pen, scale, ticks(scale.low, scale.high, 4));
      drawCurve(pen, curve, view, scale, pen.ink("--accent"), { wash: 0.18 });
    },
    [curve, view, scale],
  );
  return (
    <Plot
      title={words.title}
      unit={words.unit}
      about={words.about}
      summary={peak ? words.summary(peak.value, peak.second, results.timbre?.energyDb) : ""}
      height={HEIGHT}
      marks={marks.map((value) => ({ share: scale.share(value), text: String(value).replace("-", "−") }))}
      reading={({ second }) => {
        const value = valueAt(curve, second);
        return value === undefined ? "" : words.reading(value);
      }}
      dots={(second) => {
        const value = valueAt(curve, second);
        return value === undefined ? [] : [{ share: scale.share(value), colour: "var(--accent)" }];
      }}
    >
      <Canvas draw={draw} width={width} height={HEIGHT} />
    </Plot>
  );
}
