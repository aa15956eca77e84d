import type { Curve, Results } from "@sound-forge-alchemy/api/alchemy/analysis/v1/results_pb.js";
import { useMemo } from "react";

import { roomFor } from "../chart/scale";
import { between, peakOf } from "../music/curves";
import { text } from "../text/en";
import { CurvePlot } from "./CurvePlot";

/** The softest moments, fades to nothing for example, lie at the bottom: they would flatten all else. */
const SOFTEST = 0.03;
const LEAST_DB = 20;
const LOOK = { wash: 0.18 };

/** The power of the signal through time. */
export function EnergyPlot({ results, curve }: { results: Results; curve: Curve }) {
  const words = text.analysis.plots.energy;
  const scale = useMemo(() => roomFor(between(curve, SOFTEST, 1) ?? { low: -60, high: 0 }, LEAST_DB, 5), [curve]);
  const peak = useMemo(() => peakOf(curve), [curve]);
  const summary = peak ? words.summary(peak.value, peak.second, results.timbre?.energyDb) : "";
  return <CurvePlot words={words} summary={summary} height={96} curve={curve} scale={scale} lines={4} token="--accent" look={LOOK} />;
}
