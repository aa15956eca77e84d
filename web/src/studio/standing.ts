import type { StemSettings } from "../engine/mix";
import type { Shift } from "../engine/player";

/** How a desk stands: what an export of the mix takes over. */
export interface Standing {
  /** The deck's id. */
  deck: string;
  /** In the order of the deck's stems. */
  settings: readonly StemSettings[];
  /** In seconds. */
  loop: { start: number; end: number } | undefined;
  shift: Shift;
}

let standing: Standing | undefined;

/** Notes how the desk stands now. There is one desk on the page. */
export function noteStanding(next: Standing): void {
  standing = next;
}

/** How the desk of a deck stands; undefined if it has not been opened. */
export function standingOf(deck: string): Standing | undefined {
  return standing?.deck === deck ? standing : undefined;
}
