import type { Duration } from "@bufbuild/protobuf/wkt";

import { lazily } from "./lazily";

// A browser takes some ten milliseconds to make the first of them: not while the page opens.
const COUNT = lazily(() => new Intl.NumberFormat("en"));
const DAY = lazily(() => new Intl.DateTimeFormat("en", { day: "numeric", month: "short" }));
const DAY_OF_YEAR = lazily(() => new Intl.DateTimeFormat("en", { day: "numeric", month: "short", year: "numeric" }));

/** "3:07", "1:02:09". */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** "3:07.4", for the transport. */
export function preciseClock(seconds: number): string {
  const tenths = Math.max(0, Math.floor(seconds * 10 + 1e-6));
  return `${clock(tenths / 10)}.${tenths % 10}`;
}

/** A protobuf duration in seconds; 0 if absent. */
export function secondsOf(duration: Duration | undefined): number {
  return duration ? Number(duration.seconds) + duration.nanos / 1e9 : 0;
}

/** "12 s", "3 min", "1 h 20 min": how long something will take, no more exact than anybody knows. */
export function roughly(seconds: number): string {
  if (seconds < 55) return `${Math.max(1, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** "831 MB". */
export function size(bytes: bigint | number): string {
  let value = Number(bytes);
  for (const unit of ["B", "kB", "MB"]) {
    if (value < 999.5) return `${value < 10 && unit !== "B" ? value.toFixed(1) : Math.round(value)} ${unit}`;
    value /= 1000;
  }
  return `${value.toFixed(1)} GB`;
}

/** "−14.2": one digit after the point, with a proper minus. */
export function tenths(value: number): string {
  return value.toFixed(1).replace("-", "−");
}

/** "42 %"; never 100 before the end. */
export function percent(fraction: number): string {
  return `${Math.floor(fraction * 100)} %`;
}

/** "12,345". */
export function count(value: number): string {
  return COUNT().format(value);
}

/** "just now", "12 min ago", "22 Nov": when something happened, seen from `now`. */
export function ago(when: Date, now: Date): string {
  const seconds = (now.getTime() - when.getTime()) / 1000;
  if (seconds < 60) return "just now";
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  return (when.getFullYear() === now.getFullYear() ? DAY : DAY_OF_YEAR)().format(when);
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}

const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;

/** A name for the middle of a sentence: written from right to left, it does not turn the sentence round (Unicode's first strong isolate). */
export function isolated(name: string): string {
  return RIGHT_TO_LEFT.test(name) ? `\u2068${name}\u2069` : name;
}
