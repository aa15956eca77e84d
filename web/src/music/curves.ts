import type { Curve, CurveKind } from "@sound-forge-alchemy/api/alchemy/analysis/v1/results_pb.js";

/** Curves by what they tell. */
export type Curves = ReadonlyMap<CurveKind, Curve>;

/** The values of the step that a second lies next to; undefined before the first and after the last. */
export function stepAt(curve: Curve, second: number): readonly number[] | undefined {
  const index = Math.round((second - curve.start) / curve.step);
  const values = curve.values.slice(index * curve.dimensions, (index + 1) * curve.dimensions);
  return index < 0 || values.length < curve.dimensions ? undefined : values;
}

/** The value of a curve of one dimension at a second; undefined where there is none. */
export function valueAt(curve: Curve | undefined, second: number): number | undefined {
  const value = curve && stepAt(curve, second)?.[0];
  return value === undefined || Number.isNaN(value) ? undefined : value;
}

/** The lowest and the highest value of a curve; undefined if it has none. */
export function extent(curve: Curve | undefined): { low: number; high: number } | undefined {
  return between(curve, 0, 1);
}

/** The values of a curve below which two shares of it lie: (0, 1) are the lowest and the highest; undefined if it has none. */
export function between(curve: Curve | undefined, from: number, to: number): { low: number; high: number } | undefined {
  const sorted = Float32Array.from(curve?.values.filter((value) => !Number.isNaN(value)) ?? []).sort();
  const [low, high] = [from, to].map((share) => sorted[Math.round(share * (sorted.length - 1))]);
  return low === undefined || high === undefined ? undefined : { low, high };
}

/** The second at which a curve of one dimension is highest, or lowest. */
export function peakOf(curve: Curve, sign: 1 | -1 = 1): { second: number; value: number } | undefined {
  let peak: { second: number; value: number } | undefined;
  curve.values.forEach((value, index) => {
    if (!Number.isNaN(value) && (!peak || value * sign > peak.value * sign)) peak = { second: curve.start + index * curve.step, value };
  });
  return peak;
}
