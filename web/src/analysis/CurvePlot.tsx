import type { Curve } from "@sound-forge-alchemy/api/alchemy/analysis/v1/results_pb.js";
import { useCallback, useMemo } from "react";

import { Canvas, type Pen } from "../chart/Canvas";
import { drawCurve, drawGrid, type Look } from "../chart/lines";
import { labelled, type Scale, ticks } from "../chart/scale";
import { valueAt } from "../music/curves";
import { useAxis } from "./axis";
import { Plot } from "./Plot";

/** The plot of one curve alone. */
export function CurvePlot({
  words,
  source,
  summary,
  height,
  curve,
  scale,
  lines,
  token,
  look,
}: {
  words: { title: string; unit: string; about: string; reading: (value: number) => string };
  /** The stems it was measured on, empty = the mix; absent where that is not told. */
  source?: readonly string[] | undefined;
  summary: string;
  height: number;
  curve: Curve;
  scale: Scale;
  /** About so many lines of the grid. */
  lines: number;
  /** The token of the curve's colour, such as "--accent". */
  token: string;
  look: Look;
}) {
  const { view, width } = useAxis();
  const values = useMemo(() => ticks(scale.low, scale.high, lines), [scale, lines]);
  const draw = useCallback(
    (pen: Pen) => {
      drawGrid(pen, scale, values);
      drawCurve(pen, curve, view, scale, pen.ink(token), look);
    },
    [scale, values, curve, view, token, look],
  );
  return (
    <Plot
      title={words.title}
      unit={words.unit}
      about={words.about}
      source={source}
      summary={summary}
      height={height}
      marks={labelled(scale, values)}
      reading={({ second }) => {
        const value = valueAt(curve, second);
        return value === undefined ? "" : words.reading(value);
      }}
      dots={(second) => {
        const value = valueAt(curve, second);
        return value === undefined ? [] : [{ share: scale.share(value), colour: `var(${token})` }];
      }}
    >
      <Canvas draw={draw} width={width} height={height} />
    </Plot>
  );
}
