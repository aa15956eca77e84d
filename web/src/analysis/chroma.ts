import type { Curve } from "@sound-forge-alchemy/api/alchemy/analysis/v1/results_pb.js";

import type { ViewWindow } from "../studio/view-window";

const NOTES = 12;

/** The mean of each pitch class in each of so many columns of a window, column after column; 0 where nothing is known. */
export function chromaColumns({ start, step, values }: Curve, view: ViewWindow, columns: number): Float32Array {
  const shares = new Float32Array(columns * NOTES);
  const steps = values.length / NOTES;
  const at = (column: number) => (view.start + (column / columns) * view.length - start) / step + 0.5;
  for (let column = 0; column < columns; column++) {
    const first = Math.max(0, Math.floor(at(column)));
    const last = Math.min(steps, Math.max(first + 1, Math.floor(at(column + 1))));
    for (let index = first; index < last; index++) {
      for (let note = 0; note < NOTES; note++) {
        const value = values[index * NOTES + note] ?? 0;
        const slot = column * NOTES + note;
        shares[slot] = (shares[slot] ?? 0) + (Number.isNaN(value) ? 0 : value) / (last - first);
      }
    }
  }
  return shares;
}

/** The pitch classes that sound most, strongest first: those within half of the strongest, at most so many. */
export function strongest(values: readonly number[], most: number): number[] {
  const top = Math.max(...values.filter((value) => !Number.isNaN(value)));
  return values
    .map((value, note) => ({ value, note }))
    .filter(({ value }) => value > 0 && value >= top / 2)
    .sort((a, b) => b.value - a.value)
    .slice(0, most)
    .map(({ note }) => note);
}

/** How much of each pitch class there is in all of it. */
export function chromaSum({ values }: Curve): number[] {
  const sums = new Array<number>(NOTES).fill(0);
  values.forEach((value, index) => {
    if (!Number.isNaN(value)) sums[index % NOTES] = (sums[index % NOTES] ?? 0) + value;
  });
  return sums;
}
