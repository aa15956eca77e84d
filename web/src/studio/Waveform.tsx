import { useCallback } from "react";

import { Canvas, type Pen } from "../chart/Canvas";
import { columnsOf, type Outline } from "./outline";
import type { ViewWindow } from "./view-window";
import styles from "./Waveform.module.css";

/** A stem's outline: extremes in its colour, loudness stronger within. */
export function Waveform({
  outline,
  sampleRate,
  view,
  width,
  height,
  colour,
  quiet,
}: {
  outline: Outline | undefined;
  sampleRate: number;
  view: ViewWindow;
  width: number;
  height: number;
  colour: string;
  /** Whether the stem does not sound now. */
  quiet: boolean;
}) {
  const draw = useCallback((pen: Pen) => drawOutline(pen, outline, sampleRate, view), [outline, sampleRate, view]);
  return <Canvas draw={draw} width={width} height={height} className={styles.waveform} style={{ color: colour, opacity: quiet ? 0.3 : 1 }} />;
}

function drawOutline({ context, width: columns, height, scale, ink }: Pen, outline: Outline | undefined, sampleRate: number, view: ViewWindow): void {
  const middle = height / 2;
  const reach = middle - scale;
  context.fillStyle = ink("color");
  const framesPerColumn = (view.length * sampleRate) / columns;
  const shown = outline ? columnsOf(outline, view.start * sampleRate, framesPerColumn, columns) : [];
  context.globalAlpha = 0.25;
  context.fillRect(0, middle - scale / 2, columns, scale); // where nothing is known, a line
  for (const [part, alpha] of [
    ["extremes", 0.45],
    ["loudness", 1],
  ] as const) {
    context.globalAlpha = alpha;
    shown.forEach((column, x) => {
      if (!column) return;
      const [low, high] = part === "extremes" ? [column.low, column.high] : [-column.rms, column.rms];
      const top = middle - high * reach;
      context.fillRect(x, top, 1, Math.max(scale, (high - low) * reach));
    });
  }
}
