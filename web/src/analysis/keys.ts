import { type Beat, type Span, stepped } from "../music/music";
import type { ViewWindow } from "../studio/view-window";

/** The second to which a key moves the cursor; undefined for other keys. */
export function cursorAfter(
  { key, shiftKey }: { key: string; shiftKey: boolean },
  at: number,
  { view, seconds, beats, sections }: { view: ViewWindow; seconds: number; beats: readonly Beat[]; sections: readonly Span[] },
): number | undefined {
  const by = (sign: 1 | -1) => {
    if (!shiftKey) return at + sign * view.length * STEP;
    const bars = beats.some(({ position }) => position === 1);
    return bars ? stepped(beats, "bar", at, sign) : at + sign * view.length * LEAP;
  };
  const to = (): number | undefined => {
    switch (key) {
      case "ArrowLeft":
        return by(-1);
      case "ArrowRight":
        return by(1);
      case "Home":
        return 0;
      case "End":
        return seconds;
      case ",":
        return sections.findLast(({ start }) => start < at - 0.05)?.start ?? 0;
      case ".":
        return sections.find(({ start }) => start > at + 0.05)?.start ?? at;
      default:
        return undefined;
    }
  };
  const second = to();
  return second === undefined ? undefined : Math.max(0, Math.min(seconds, second));
}

/** An arrow key goes a hundredth of what is in sight; with Shift, where there are no bars, a tenth. */
const STEP = 0.01;
const LEAP = 0.1;

/** The factor by which a key changes how much is in sight, as at the desk; 0 = all of it. */
export const ZOOMS: Readonly<Partial<Record<string, number>>> = { "+": 0.5, "=": 0.5, "-": 2, "0": 0 };
