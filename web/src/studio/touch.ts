import { moved, type ViewWindow, zoomed } from "./view-window";

/** Where a finger is, in pixels from where the time axis begins. */
export interface Point {
  x: number;
  y: number;
}

/** Where one finger, or two, were and are now. */
export interface Motion {
  from: readonly Point[];
  to: readonly Point[];
}

/** A finger that moved less, and was lifted before that, has tapped. */
const TAP_PIXELS = 8;
const TAP_MS = 500;
/** Two fingers that are closer are as far apart as this: what they do then is no reason to leap. */
const CLOSEST_PIXELS = 24;

/** Makes taps and motions of what single fingers do. */
export class Fingers {
  readonly #down = new Map<number, Point>();
  /** The finger that may yet tap. */
  #tapping: { at: Point; since: number } | undefined;

  get count(): number {
    return this.#down.size;
  }

  press(id: number, at: Point, now: number): void {
    this.#tapping = this.#down.size === 0 ? { at, since: now } : undefined;
    this.#down.set(id, at);
  }

  /** What the move of a finger does; nothing while it may be a tap, is none of ours, or one of too many. */
  move(id: number, at: Point): Motion | undefined {
    if (!this.#down.has(id) || (this.#tapping && apart(this.#tapping.at, at) < TAP_PIXELS)) return undefined;
    this.#tapping = undefined;
    const from = [...this.#down.values()];
    this.#down.set(id, at);
    return from.length > 2 ? undefined : { from, to: [...this.#down.values()] };
  }

  /** Takes a finger away; returns whether it has tapped. */
  lift(id: number, now: number): boolean {
    const tapped = this.#down.delete(id) && this.#tapping !== undefined && now - this.#tapping.since < TAP_MS;
    this.#tapping = undefined;
    return tapped;
  }
}

/** The part of the song that shows after a motion: the seconds under the fingers go with them. */
export function carried(view: ViewWindow, { from, to }: Motion, width: number, seconds: number): ViewWindow {
  const [before, after] = [middle(from), middle(to)];
  const anchor = view.start + (before / width) * view.length;
  const next = from.length < 2 ? view : zoomed(view, spread(from) / spread(to), anchor, seconds);
  return moved(next, ((before - after) / width) * next.length, seconds);
}

function apart(one: Point, other: Point): number {
  return Math.hypot(one.x - other.x, one.y - other.y);
}

function middle(points: readonly Point[]): number {
  return points.reduce((sum, { x }) => sum + x, 0) / points.length;
}

function spread([one, other]: readonly Point[]): number {
  return Math.max(CLOSEST_PIXELS, one && other ? apart(one, other) : 0);
}
