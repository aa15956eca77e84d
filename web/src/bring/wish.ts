import { create } from "@bufbuild/protobuf";
import { type Then, ThenSchema } from "@sound-forge-alchemy/api/alchemy/chain/v1/chain_pb.js";
import { type Separation, SeparationSchema } from "@sound-forge-alchemy/api/alchemy/processing/v1/separation_pb.js";
import { AudioEncoding } from "@sound-forge-alchemy/api/alchemy/type/v1/audio_pb.js";

import { useRemembered } from "../ui/remembered";

/** How somebody wants songs separated; chosen once, remembered by this browser. */
export interface Wish {
  /** Whether new songs are separated as they arrive. */
  onArrival: boolean;
  /** `models/{model}`; empty = the best one installed. */
  model: string;
  /** Empty = all stems of the model. */
  stems: readonly string[];
  /** Whether the rest of the mix is wanted as one more stem. */
  complement: boolean;
}

const FIRST: Wish = { onArrival: true, model: "", stems: [], complement: false };

/** The remembered wish, and how to change it. */
export function useWish(): [Wish, (wish: Wish) => void] {
  return useRemembered("wish", wishFrom);
}

/** A wish from what was stored, which an older version of the page, or somebody else, may have written. */
export function wishFrom(stored: unknown): Wish {
  if (typeof stored !== "object" || stored === null) return FIRST;
  const { onArrival, model, stems, complement } = stored as Record<string, unknown>;
  return {
    onArrival: typeof onArrival === "boolean" ? onArrival : FIRST.onArrival,
    model: typeof model === "string" ? model : FIRST.model,
    stems: Array.isArray(stems) ? stems.filter((stem) => typeof stem === "string") : FIRST.stems,
    complement: complement === true,
  };
}

/** What is asked of the processing service. */
export function separationOf({ model, stems, complement }: Wish): Separation {
  return create(SeparationSchema, {
    model,
    wantedStems: [...stems],
    complement: complement && stems.length > 0,
    encoding: AudioEncoding.WAV_PCM16,
  });
}

/** What should follow when a song has arrived; nothing if separating on arrival is off. */
export function thenOf(wish: Wish): Then | undefined {
  return wish.onArrival ? create(ThenSchema, { separate: separationOf(wish) }) : undefined;
}

/** The same as query parameters of an upload. */
export function thenParameters(wish: Wish): [string, string][] {
  if (!wish.onArrival) return [];
  const parameters: [string, string][] = [["then.separate.encoding", "AUDIO_ENCODING_WAV_PCM16"]];
  if (wish.model) parameters.push(["then.separate.model", wish.model]);
  for (const stem of wish.stems) parameters.push(["then.separate.wanted_stems", stem]);
  if (wish.complement && wish.stems.length > 0) parameters.push(["then.separate.complement", "true"]);
  return parameters;
}
