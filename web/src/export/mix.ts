import { create } from "@bufbuild/protobuf";
import {
  type ExportMixRequest,
  ExportMixRequestSchema,
  GainReason,
  type MixReport,
} from "@sound-forge-alchemy/api/alchemy/processing/v1/mix_pb.js";

import { matricesOf, NEUTRAL, type StemSettings } from "../engine/mix";
import { exportText } from "../text/export";
import { type Choices, encodingOf } from "./choices";

/** A stem on the desk. */
export interface MixStem {
  stem: string;
  settings: StemSettings;
  /** Whether it is heard: neither muted, nor silenced by somebody else's solo, nor turned down to nothing. */
  sounds: boolean;
}

/** A part of a song, in seconds. */
export interface Part {
  start: number;
  end: number;
}

/** Below this volume, which is -100 dB, a stem is left out. */
const SILENT_VOLUME = 1e-5;

/** The stems as the desk has them. */
export function mixOf(stems: readonly string[], settings: readonly StemSettings[]): MixStem[] {
  const all = stems.map((_, index) => settings[index] ?? NEUTRAL);
  const heard = matricesOf(all).map((matrix) => matrix.some((gain) => Math.abs(gain) > SILENT_VOLUME));
  return stems.map((stem, index) => ({ stem, settings: all[index] ?? NEUTRAL, sounds: heard[index] ?? true }));
}

/** A volume in decibels. */
export function decibels(volume: number): number {
  return 20 * Math.log10(volume);
}

/** What is asked of the server for the mix of a separation. */
export function mixRequest(separation: string, mix: readonly MixStem[], choices: Choices, part: Part | undefined): ExportMixRequest {
  return create(ExportMixRequestSchema, {
    name: separation,
    stems: mix.filter(({ sounds }) => sounds).map(({ stem, settings }) => ({ stem, gainDb: decibels(settings.volume), pan: settings.pan })),
    start: part?.start ?? 0,
    end: part?.end ?? 0,
    encoding: encodingOf(choices),
    ...(choices.target && { loudness: { targetLufs: choices.target } }),
  });
}

/** What is asked for one stem as it is. */
export function stemRequest(separation: string, stem: string, choices: Choices): ExportMixRequest {
  return create(ExportMixRequestSchema, { name: separation, stems: [{ stem }], encoding: encodingOf(choices) });
}

/** What became of a mix, where it is worth telling. */
export function remarkOf(report: MixReport | undefined): string {
  if (!report) return "";
  const { gainReason, integratedLufs, gainDb } = report;
  if (gainReason === GainReason.CEILING) return exportText.ceiling(integratedLufs ?? 0);
  if (gainReason === GainReason.FULL_SCALE) return exportText.fullScale(-gainDb);
  return integratedLufs === undefined ? "" : exportText.loudnessOf(integratedLufs);
}
