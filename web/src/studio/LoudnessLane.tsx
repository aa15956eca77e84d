import type { Curve } from "@sound-forge-alchemy/api/alchemy/analysis/v1/results_pb.js";
import { useCallback, useSyncExternalStore } from "react";

import { Canvas, type Pen } from "../chart/Canvas";
import { drawCurve, drawGrid } from "../chart/lines";
import { linear } from "../chart/scale";
import { between, valueAt } from "../music/curves";
import { text } from "../text/en";
import styles from "./MusicLanes.module.css";
import type { Session } from "./session";
import type { ViewWindow } from "./view-window";

/** So much is shown at least, so that an even song looks even; the softest moments lie below it, so that silence does not flatten the rest. */
const LEAST_LU = 9;
const SOFTEST = 0.03;

/** Short-term loudness through the song, with a line at the loudness of all of it. */
export function LoudnessLane({
  curve,
  integrated,
  begin,
  view,
  width,
  height,
}: {
  curve: Curve;
  integrated: number | undefined;
  /** Where in the track what is played begins, in seconds. */
  begin: number;
  view: ViewWindow;
  width: number;
  height: number;
}) {
  const draw = useCallback(
    (pen: Pen) => {
      const shown = between(curve, SOFTEST, 1);
      if (!shown) return;
      const scale = linear(Math.min(shown.low, shown.high - LEAST_LU) - 1, shown.high + 1);
      drawCurve(pen, curve, { ...view, start: view.start + begin }, scale, pen.ink("--stem-other"), { wash: 0.35 });
      if (integrated !== undefined) drawGrid(pen, scale, [integrated], "--accent");
    },
    [curve, integrated, begin, view],
  );
  return <Canvas draw={draw} width={width} height={height} label={text.desk.loudnessLabel(integrated === undefined ? undefined : text.desk.lufs(integrated))} />;
}

/** How loud it is where it sounds. */
export function LoudnessNow({ session, curve, begin }: { session: Session; curve: Curve; begin: number }) {
  const now = useSyncExternalStore(session.subscribe, () => {
    const value = valueAt(curve, session.seconds + begin);
    return value === undefined ? "" : text.desk.lufs(value);
  });
  return <span className={styles.reading}>{now}</span>;
}
