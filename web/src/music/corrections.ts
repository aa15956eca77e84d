import type { MessageInitShape } from "@bufbuild/protobuf";
import {
  type AdjustAnalysisRequestSchema,
  Correction,
} from "@sound-forge-alchemy/api/alchemy/analysis/v1/analysis_service_pb.js";
import type { Corrections } from "@sound-forge-alchemy/api/alchemy/analysis/v1/results_pb.js";
import { Mode } from "@sound-forge-alchemy/api/alchemy/type/v1/music_pb.js";

import type { PlainKey } from "./pitch";

/** One correction, as somebody makes it. Times are seconds of the track. */
export type Change =
  | { kind: "tempo"; factor: number }
  | { kind: "shift"; seconds: number }
  | { kind: "downbeat"; at: number }
  | { kind: "metre"; beatsPerBar: number }
  | { kind: "key"; key: PlainKey }
  | { kind: "reset" };

type Request = MessageInitShape<typeof AdjustAnalysisRequestSchema>;

const EVERYTHING = [Correction.BPM, Correction.BEATS, Correction.DOWNBEAT, Correction.METRE, Correction.KEY];

/** The call that makes a correction. */
export function requestOf(parent: string, change: Change): Request {
  switch (change.kind) {
    case "tempo":
      return { parent, tempo: { case: "tempoFactor", value: change.factor } };
    case "shift":
      return { parent, shiftSeconds: change.seconds };
    case "downbeat":
      return { parent, downbeatAt: change.at };
    case "metre":
      return { parent, beatsPerBar: change.beatsPerBar };
    case "key":
      return { parent, key: { tonic: change.key.tonic, mode: change.key.minor ? Mode.MINOR : Mode.MAJOR } };
    case "reset":
      return { parent, reset: EVERYTHING };
  }
}

/** The call that brings back corrections as they were, but for where the beats lie: `shiftBack` has the call for that. */
export function restoring(parent: string, before: Corrections | undefined): Request {
  return {
    parent,
    reset: EVERYTHING,
    ...(before?.bpm !== undefined && { tempo: { case: "bpm", value: before.bpm } as const }),
    ...(before?.beatsPerBar && { beatsPerBar: before.beatsPerBar }),
    ...(before?.downbeatAt !== undefined && { downbeatAt: before.downbeatAt }),
    ...(before?.key && { key: { tonic: before.key.tonic, mode: before.key.mode } }),
  };
}

/** The call that moves beats back to where they were corrected to; undefined if nobody moved them. `beats` are as they lie now. */
export function shiftBack(parent: string, before: Corrections | undefined, beats: readonly { time: number }[]): Request | undefined {
  const target = before?.beatAt;
  if (target === undefined || beats.length === 0) return undefined;
  const nearest = beats.reduce((best, { time }) => (Math.abs(time - target) < Math.abs(best - target) ? time : best), Infinity);
  return { parent, shiftSeconds: target - nearest, ...(before?.downbeatAt !== undefined && { downbeatAt: before.downbeatAt }) };
}
