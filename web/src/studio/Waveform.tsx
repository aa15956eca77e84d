import { useEffect, useRef } from "react";

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
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    if (canvas.current) draw(canvas.current, outline, sampleRate, view, width, height);
  }, [outline, sampleRate, view, width, height, colour]);
  return <canvas ref={canvas} aria-hidden className={styles.waveform} style={{ width, height, color: colour, opacity: quiet ? 0.3 : 1 }} />;
}

function draw(canvas: HTMLCanvasElement, outline: Outline | undefined, sampleRate: number, view: ViewWindow, width: number, height: number): void {
  const scale = window.devicePixelRatio || 1;
  const columns = Math.max(1, Math.round(width * scale));
  canvas.width = columns;
  canvas.height = Math.round(height * scale);
  const context = canvas.getContext("2d");
  if (!context) return;
  const middle = canvas.height / 2;
  const reach = middle - scale;
  const { color } = getComputedStyle(canvas);
  context.fillStyle = color;
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
