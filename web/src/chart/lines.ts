import type { Curve } from "@sound-forge-alchemy/api/alchemy/analysis/v1/results_pb.js";

import type { ViewWindow } from "../studio/view-window";
import type { Pen } from "./Canvas";
import type { Scale } from "./scale";

/** One stretch of a curve of one dimension without a gap, in pixels. */
type Stroke = readonly { x: number; y: number }[];

/** The strokes of a curve in a window, from one step before it to one after; a gap wherever there is no value, or a leap over more than that share of the height. */
export function strokesOf(curve: Curve, view: ViewWindow, scale: Scale, width: number, height: number, leap = 1): Stroke[] {
  const steps = (second: number) => (second - curve.start) / curve.step;
  const first = Math.max(0, Math.floor(steps(view.start)));
  const last = Math.min(curve.values.length - 1, Math.ceil(steps(view.start + view.length)));
  const strokes: { x: number; y: number }[][] = [];
  let open = false;
  for (let index = first; index <= last; index++) {
    const value = curve.values[index] ?? NaN;
    if (Number.isNaN(value)) {
      open = false;
      continue;
    }
    const x = ((curve.start + index * curve.step - view.start) / view.length) * width;
    const y = (1 - scale.share(value)) * height;
    const before = strokes.at(-1)?.at(-1);
    if (!open || (before && Math.abs(before.y - y) > leap * height)) strokes.push([]);
    open = true;
    strokes.at(-1)?.push({ x, y });
  }
  return strokes;
}

/** How a curve is drawn. */
export interface Look {
  /** Of the line, in pixels of the page. */
  thick?: number;
  /** How strongly what lies below it is filled. */
  wash?: number;
  /** Over which share of the height the pen is lifted. */
  leap?: number;
}

/** Draws a curve of one dimension as a line. */
export function drawCurve(pen: Pen, curve: Curve, view: ViewWindow, scale: Scale, colour: string, { thick = 1.5, wash = 0, leap = 1 }: Look = {}): void {
  const { context, width, height } = pen;
  context.lineWidth = thick * pen.scale;
  context.lineJoin = "round";
  context.lineCap = "round";
  context.strokeStyle = context.fillStyle = colour;
  for (const stroke of strokesOf(curve, view, scale, width, height, leap)) {
    context.beginPath();
    for (const { x, y } of stroke) context.lineTo(x, y);
    const [head, tail] = [stroke[0], stroke.at(-1)];
    if (!head || !tail) continue;
    if (stroke.length === 1) context.lineTo(head.x + pen.scale, head.y);
    context.stroke();
    if (!wash) continue;
    context.lineTo(tail.x, height);
    context.lineTo(head.x, height);
    context.globalAlpha = wash;
    context.fill();
    context.globalAlpha = 1;
  }
}

/** Draws thin lines from side to side at values of a scale. */
export function drawGrid({ context, width, height, scale: pixel, ink }: Pen, scale: Scale, values: readonly number[], token = "--line"): void {
  context.fillStyle = ink(token);
  for (const value of values) context.fillRect(0, Math.round((1 - scale.share(value)) * height - pixel / 2), width, Math.max(1, Math.round(pixel)));
}
