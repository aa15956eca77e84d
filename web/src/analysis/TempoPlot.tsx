import type { Curve, Results } from "@sound-forge-alchemy/api/alchemy/analysis/v1/results_pb.js";
import { useMemo } from "react";

import { roomFor } from "../chart/scale";
import { extent } from "../music/curves";
import { text } from "../text/en";
import { CurvePlot } from "./CurvePlot";

/** So many BPM are shown at least, so that a steady tempo looks steady. */
const LEAST_BPM = 10;
/** A tempo that varies by less is steady: by half a percent. */
const STEADY = 0.005;
const LOOK = { thick: 2 };

/** The tempo through time. */
export function TempoPlot({ results, curve }: { results: Results; curve: Curve }) {
  const words = text.analysis.plots.tempo;
  const range = useMemo(() => extent(curve), [curve]);
  const scale = useMemo(() => roomFor(range ?? { low: 60, high: 180 }, LEAST_BPM, 1), [range]);
  const steady = range && range.high - range.low < range.high * STEADY;
  const summary = range ? (steady ? words.steady((range.low + range.high) / 2) : words.moving(range.low, range.high)) : "";
  return (
    <CurvePlot
      words={words}
      source={results.rhythm?.source}
      summary={summary}
      height={80}
      curve={curve}
      scale={scale}
      lines={3}
      token="--stem-drums"
      look={LOOK}
    />
  );
}
