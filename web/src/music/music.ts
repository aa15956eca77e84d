import type { Results } from "@sound-forge-alchemy/api/alchemy/analysis/v1/results_pb.js";

import { type PlainKey, plainKey } from "./pitch";

/** A part of the song, in seconds. */
export interface Span {
  start: number;
  end: number;
}

/** One beat, in seconds. */
export interface Beat {
  time: number;
  /** Its place in the bar, 1 = the downbeat; 0 where bars are unknown. */
  position: number;
  /** The bar it lies in, from 1; 0 = before the first downbeat, or bars are unknown. */
  bar: number;
}

/** A chord; labels are Harte's. */
export interface Chord extends Span {
  label: string;
  /** Of the nearest major or minor triad. */
  simple: string;
}

/** A part of the form. */
export interface Section extends Span {
  /** Parts that repeat each other share a letter. */
  group: string;
  label: string;
}

export interface Cue {
  time: number;
  kind: string;
}

export interface LoopHint extends Span {
  bars: number;
}

export interface KeySpan extends Span {
  key: PlainKey;
}

/** What is known of the music, in seconds of what is played: a deck may begin in the middle of its track. */
export interface Music {
  beats: readonly Beat[];
  bpm: number | undefined;
  beatsPerBar: number;
  beatUnit: number;
  chords: readonly Chord[];
  sections: readonly Section[];
  cues: readonly Cue[];
  /** Suggested loops, best first, none of which overlaps a better one. */
  loops: readonly LoopHint[];
  key: PlainKey | undefined;
  keys: readonly KeySpan[];
  integratedLufs: number | undefined;
}

/** What results say of a stretch of their track. */
export function musicOf(results: Results, begin: number, seconds: number): Music {
  const { rhythm, tonality, chords, form, loudness } = results;
  const clipped = <T extends Span>(spans: readonly T[]): T[] =>
    spans
      .map((span) => ({ ...span, start: Math.max(0, span.start - begin), end: Math.min(seconds, span.end - begin) }))
      .filter(({ start, end }) => end > start);
  const inside = ({ time }: { time: number }) => time >= 0 && time <= seconds;
  let bar = 0;
  const beats = (rhythm?.beats ?? []).map(({ time, position }) => {
    if (position === 1) bar += 1;
    return { time: time - begin, position, bar: position ? bar : 0 };
  });
  return {
    beats: beats.filter(inside),
    bpm: rhythm?.tempo?.bpm,
    beatsPerBar: rhythm?.metre?.beatsPerBar ?? 0,
    beatUnit: rhythm?.metre?.beatUnit ?? 0,
    chords: clipped((chords?.chords ?? []).map(({ start, end, label, simple }) => ({ start, end, label, simple }))),
    sections: clipped((form?.sections ?? []).map(({ start, end, group, label }) => ({ start, end, group, label }))),
    cues: (form?.cues ?? []).map(({ time, kind }) => ({ time: time - begin, kind })).filter(inside),
    loops: apart((form?.loops ?? []).map(({ start, end, bars }) => ({ start: start - begin, end: end - begin, bars })).filter(({ start, end }) => start >= 0 && end <= seconds)),
    key: plainKey(tonality?.estimate?.key),
    keys: clipped(
      (tonality?.spans ?? []).flatMap(({ start, end, estimate }) => {
        const key = plainKey(estimate?.key);
        return key ? [{ start, end, key }] : [];
      }),
    ),
    integratedLufs: loudness?.integratedLufs,
  };
}

const MOST_LOOPS = 8;

function apart(loops: readonly LoopHint[]): LoopHint[] {
  const chosen: LoopHint[] = [];
  for (const loop of loops) {
    if (chosen.length < MOST_LOOPS && chosen.every((other) => loop.end <= other.start || loop.start >= other.end)) chosen.push(loop);
  }
  return chosen;
}

/** What sounds at a second: of things in order, the last that has begun. */
export function at<T extends Span>(spans: readonly T[], second: number): T | undefined {
  const last = spans[lastIndex(spans, second, ({ start }) => start)];
  return last && second < last.end ? last : undefined;
}

/** The beat that was struck last at a second. */
export function beatAt(beats: readonly Beat[], second: number): Beat | undefined {
  return beats[lastIndex(beats, second, ({ time }) => time)];
}

/** Where something may begin or end: on beats, or where they are too close to be aimed at, on downbeats. */
export type Snap = "beat" | "bar" | "off";

/** Below so many pixels apart, nobody aims at a beat. */
const AIM_PIXELS = 9;

/** What is snapped to when a second is so many pixels wide. */
export function snapFor(beats: readonly Beat[], pixelsPerSecond: number): Snap {
  const [first, last] = [beats[0], beats.at(-1)];
  if (!first || !last || beats.length < 2) return "off";
  const gap = ((last.time - first.time) / (beats.length - 1)) * pixelsPerSecond;
  return gap >= AIM_PIXELS || !beats.some(({ position }) => position === 1) ? "beat" : "bar";
}

/** The beat or downbeat next to a second; the second itself if there is none. */
export function snapped(beats: readonly Beat[], snap: Snap, second: number): number {
  if (snap === "off") return second;
  const grid = snap === "bar" ? beats.filter(({ position }) => position === 1) : beats;
  const index = lastIndex(grid, second, ({ time }) => time);
  const [before, after] = [grid[index]?.time, grid[index + 1]?.time];
  if (before === undefined || after === undefined) return before ?? after ?? second;
  return second - before <= after - second ? before : after;
}

/** A part whose ends are on the grid, at least one step of it long. */
export function snappedPart(beats: readonly Beat[], snap: Snap, part: Span): Span {
  if (snap === "off") return part;
  const start = snapped(beats, snap, part.start);
  const end = snapped(beats, snap, part.end);
  if (end > start) return { start, end };
  const next = stepped(beats, snap, start, 1);
  return next > start ? { start, end: next } : part;
}

/** The place on the grid `steps` after a second, or before it; the last one if there are fewer. */
export function stepped(beats: readonly Beat[], snap: Snap, second: number, steps: number): number {
  const grid = snap === "bar" ? beats.filter(({ position }) => position === 1) : beats;
  if (grid.length === 0) return second;
  const here = lastIndex(grid, second + NEAR, ({ time }) => time);
  const on = Math.abs((grid[here]?.time ?? -1) - second) < NEAR;
  const index = here + steps + (steps < 0 && !on ? 1 : 0);
  return grid[Math.max(0, Math.min(grid.length - 1, index))]?.time ?? second;
}

const NEAR = 0.005;

/** The index of the last thing that is not after a second; -1 if there is none. */
function lastIndex<T>(things: readonly T[], second: number, timeOf: (thing: T) => number): number {
  let [low, high] = [0, things.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const thing = things[middle];
    if (thing !== undefined && timeOf(thing) <= second) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
