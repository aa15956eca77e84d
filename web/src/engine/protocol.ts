import type { Chunk } from "./chunks";
import type { ClickSettings, GridBeat } from "./click";
import type { PanMatrix } from "./mix";
import type { Loop, MixerStem } from "./mixer";
import type { PlayerState, Shift } from "./player";

/** The name under which the worklet registers its node. */
export const NODE = "stem-player";

/** What a node is made with. */
export interface NodeOptions {
  stems: readonly MixerStem[];
}

/** From the page to the worklet. */
export type Command =
  | { kind: "chunk"; stem: number; index: number; chunk: Chunk }
  /** Keep only these pieces: from `first` to `last`, and those of the loop's beginning. */
  | { kind: "retain"; ranges: readonly (readonly [number, number])[] }
  | { kind: "matrix"; stem: number; matrix: PanMatrix }
  | { kind: "play" }
  | { kind: "pause" }
  | { kind: "seek"; frame: number }
  | { kind: "loop"; loop: Loop | undefined }
  | { kind: "shift"; shift: Shift }
  | { kind: "grid"; beats: readonly GridBeat[] }
  | { kind: "click"; settings: ClickSettings };

/** From the worklet to the page. */
export type Report = { kind: "ready" } | { kind: "failed"; words: string } | ({ kind: "state" } & PlayerState);
