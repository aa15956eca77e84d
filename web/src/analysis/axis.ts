import { createContext, use, useSyncExternalStore } from "react";

import type { Beat } from "../music/music";
import type { ViewWindow } from "../studio/view-window";

/** Where somebody looks: a second, and how high over which plot the pointer is. */
export interface Cursor {
  second: number;
  /** Of the plot under the pointer, by its title; empty for the keyboard. */
  plot: string;
  /** From 0 at the bottom of that plot to 1 at its top. */
  height: number;
}

/** The one cursor of all plots. Only what shows it is drawn anew when it moves. */
export class CursorStore {
  #cursor: Cursor | undefined;
  #last = 0;
  readonly #listeners = new Set<() => void>();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly get = (): Cursor | undefined => this.#cursor;

  /** Where it was last, for whoever comes back to it. */
  get last(): number {
    return this.#last;
  }

  set(cursor: Cursor | undefined): void {
    this.#cursor = cursor;
    this.#last = cursor?.second ?? this.#last;
    for (const listener of this.#listeners) listener();
  }
}

/** The time axis that all plots share. */
export interface Axis {
  /** How long the song is, in seconds. */
  seconds: number;
  view: ViewWindow;
  /** Of what is drawn, in pixels. */
  width: number;
  beats: readonly Beat[];
  cursor: CursorStore;
  onView: (change: (view: ViewWindow) => ViewWindow) => void;
}

export const AxisContext = createContext<Axis | undefined>(undefined);

/** The time axis of the plots that this is one of. */
export function useAxis(): Axis {
  const axis = use(AxisContext);
  if (!axis) throw new Error("A plot needs a time axis.");
  return axis;
}

/** The cursor, as it moves. */
export function useCursor(): Cursor | undefined {
  const { cursor } = useAxis();
  return useSyncExternalStore(cursor.subscribe, cursor.get);
}

/** Where a second is, in pixels from the left. */
export function pixelOf({ view, width }: Axis, second: number): number {
  return ((second - view.start) / view.length) * width;
}
