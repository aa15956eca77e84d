import { create } from "@bufbuild/protobuf";
import { AnalysisSchema } from "@sound-forge-alchemy/api/alchemy/analysis/v1/analysis_pb.js";
import { type Then, ThenSchema } from "@sound-forge-alchemy/api/alchemy/chain/v1/chain_pb.js";
import { type Separation, SeparationSchema } from "@sound-forge-alchemy/api/alchemy/processing/v1/separation_pb.js";
import { AudioEncoding } from "@sound-forge-alchemy/api/alchemy/type/v1/audio_pb.js";

import { useRemembered } from "../ui/remembered";

/** How somebody wants songs separated; chosen once, remembered by this browser. */
export interface Wish {
  /** Whether new songs are separated as they arrive. */
  onArrival: boolean;
  /** Whether new songs are analysed as they arrive; those that are separated too, by their stems. */
  analyse: boolean;
  /** `models/{model}`; empty = the best one installed. */
  model: string;
  /** Empty = all stems of the model. */
  stems: readonly string[];
  /** Whether the rest of the mix is wanted as one more stem. */
  complement: boolean;
}

const FIRST: Wish = { onArrival: true, analyse: true, model: "", stems: [], complement: false };

/** The remembered wish, and how to change it. */
export function useWish(): [Wish, (wish: Wish) => void] {
  return useRemembered("wish", wishFrom);
}

/** A wish from what was stored, which an older version of the page, or somebody else, may have written. */
export function wishFrom(stored: unknown): Wish {
  if (typeof stored !== "object" || stored === null) return FIRST;
  const { onArrival, analyse, model, stems, complement } = stored as Record<string, unknown>;
  return {
    onArrival: typeof onArrival === "boolean" ? onArrival : FIRST.onArrival,
    analyse: typeof analyse === "boolean" ? analyse : FIRST.analyse,
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

/** What should follow when a song has arrived; nothing if nothing is wished for. */
export function thenOf(wish: Wish): Then | undefined {
  if (!wish.onArrival && !wish.analyse) return undefined;
  return create(ThenSchema, {
    ...(wish.onArrival && { separate: separationOf(wish) }),
    ...(wish.analyse && { analyze: create(AnalysisSchema) }),
  });
}

/** The same as query parameters of an upload. */
export function thenParameters(wish: Wish): [string, string][] {
  const parameters: [string, string][] = [];
  if (wish.onArrival) {
    parameters.push(["then.separate.encoding", "AUDIO_ENCODING_WAV_PCM16"]);
    if (wish.model) parameters.push(["then.separate.model", wish.model]);
    for (const stem of wish.stems) parameters.push(["then.separate.wanted_stems", stem]);
    if (wish.complement && wish.stems.length > 0) parameters.push(["then.separate.complement", "true"]);
  }
  // The default, and the shortest way to say that an analysis is wanted at all.
  if (wish.analyse) parameters.push(["then.analyze.mix_only", "false"]);
  return parameters;
}
