import { CurveKind, type Results } from "@sound-forge-alchemy/api/alchemy/analysis/v1/results_pb.js";

import { linear, logarithmic, type Scale } from "../chart/scale";
import type { Curves } from "../music/curves";

/** One measure of the sound. */
export type Measure = "energy" | "brightness" | "reach" | "noise" | "contrast" | "dynamics" | "density";

/** A measure of a song, and where it lies on the measure's scale. */
export interface Spoke {
  measure: Measure;
  value: number;
  /** From 0 in the middle to 1 at the rim; never outside. */
  share: number;
  scale: Scale;
}

/**
 * The scales. They are the same for every song: a shape that depended on the other songs of a library would change when those
 * do. Their ends hold nearly all recorded music; pitch and flatness are heard by ratios, hence their logarithms.
 */
const SCALES: Readonly<Record<Measure, Scale>> = {
  energy: linear(-40, 0),
  brightness: logarithmic(100, 6400),
  reach: logarithmic(150, 9600),
  noise: logarithmic(0.00001, 1),
  contrast: linear(0, 40),
  dynamics: linear(0, 20),
  density: linear(0, 12),
};

/** The spokes of a song, those that were measured, always in the same order. */
export function spokesOf({ timbre, loudness, rhythm, duration }: Results, curves: Curves): Spoke[] {
  const values: Readonly<Record<Measure, number | undefined>> = {
    energy: timbre?.energyDb,
    brightness: timbre?.centroidHz,
    reach: timbre?.rolloffHz,
    noise: timbre?.flatness,
    contrast: mean(curves.get(CurveKind.CONTRAST)?.values),
    dynamics: loudness?.rangeLu,
    density: rhythm && duration > 0 ? rhythm.onsets.length / duration : undefined,
  };
  return (Object.keys(SCALES) as Measure[]).flatMap((measure) => {
    const value = values[measure];
    const scale = SCALES[measure];
    return value === undefined ? [] : [{ measure, value, share: scale.share(value), scale }];
  });
}

/** Where a spoke is at a distance from the middle; spokes are equally far apart, the first points up. */
export function place(index: number, count: number, radius: number): { x: number; y: number } {
  const angle = (index / count) * 2 * Math.PI;
  return { x: Math.sin(angle) * radius, y: -Math.cos(angle) * radius };
}

function mean(values: readonly number[] | undefined): number | undefined {
  const known = values?.filter((value) => !Number.isNaN(value)) ?? [];
  return known.length > 0 ? known.reduce((sum, value) => sum + value, 0) / known.length : undefined;
}
