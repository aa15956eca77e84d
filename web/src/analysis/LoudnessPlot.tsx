import type { Curve, Results } from "@sound-forge-alchemy/api/alchemy/analysis/v1/results_pb.js";
import { useCallback, useMemo } from "react";

import { Canvas, type Pen } from "../chart/Canvas";
import { drawCurve, drawGrid } from "../chart/lines";
import { labelled, linear, ticks } from "../chart/scale";
import { between, valueAt } from "../music/curves";
import { text } from "../text/en";
import { useAxis } from "./axis";
import styles from "./LoudnessPlot.module.css";
import { Plot } from "./Plot";

const HEIGHT = 128;
/** So much is shown at least, so that an even song looks even; the softest moments lie below it, so that silence does not flatten the rest. */
const LEAST_LU = 12;
const SOFTEST = 0.03;
const TICK_LU = 3;

/** Loudness as people hear it: by moments, over three seconds, and of the whole song. */
export function LoudnessPlot({ results, momentary, shortTerm }: { results: Results; momentary: Curve | undefined; shortTerm: Curve | undefined }) {
  const { view, width } = useAxis();
  const words = text.analysis.plots.loudness;
  const { integratedLufs, momentaryMaxLufs, shortTermMaxLufs } = results.loudness ?? {};
  const scale = useMemo(() => scaleFor(momentary ?? shortTerm), [momentary, shortTerm]);
  const lines = useMemo(() => ticks(scale.low, scale.high, 5), [scale]);
  const draw = useCallback(
    (pen: Pen) => {
      drawGrid(pen, scale, lines);
      if (momentary) drawCurve(pen, momentary, view, scale, pen.ink("--faint"), { thick: 1 });
      if (shortTerm) drawCurve(pen, shortTerm, view, scale, pen.ink("--stem-other"), { thick: 2.5 });
      if (integratedLufs !== undefined) drawGrid(pen, scale, [integratedLufs], "--accent");
    },
    [momentary, shortTerm, view, scale, lines, integratedLufs],
  );
  const told = (value: number | undefined) => (value === undefined ? undefined : text.desk.lufs(value));
  return (
    <Plot
      title={words.title}
      unit={words.unit}
      about={words.about}
      summary={words.summary(told(integratedLufs), told(momentaryMaxLufs), told(shortTermMaxLufs))}
      height={HEIGHT}
      marks={labelled(scale, lines)}
      legend={
        <ul className={styles.legend} aria-hidden>
          <li className={styles.momentary}>{words.legend.momentary}</li>
          <li className={styles.shortTerm}>{words.legend.shortTerm}</li>
          <li className={styles.integrated}>{words.legend.integrated}</li>
        </ul>
      }
      reading={({ second }) => words.reading(told(valueAt(momentary, second)), told(valueAt(shortTerm, second)))}
      dots={(second) =>
        [
          { value: valueAt(momentary, second), colour: "var(--faint)" },
          { value: valueAt(shortTerm, second), colour: "var(--stem-other)" },
        ].flatMap(({ value, colour }) => (value === undefined ? [] : [{ share: scale.share(value), colour }]))
      }
    >
      <Canvas draw={draw} width={width} height={HEIGHT} />
    </Plot>
  );
}

function scaleFor(curve: Curve | undefined) {
  const shown = between(curve, SOFTEST, 1) ?? { low: -23, high: 0 };
  const high = Math.ceil(shown.high / TICK_LU) * TICK_LU;
  return linear(Math.floor(Math.min(shown.low, high - LEAST_LU) / TICK_LU) * TICK_LU, high);
}
