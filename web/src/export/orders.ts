import type { Transport } from "@connectrpc/connect";
import type { Track } from "@sound-forge-alchemy/api/alchemy/library/v1/track_pb.js";
import type { Separation } from "@sound-forge-alchemy/api/alchemy/processing/v1/separation_pb.js";

import { exportText } from "../text/export";
import { secondsOf } from "../text/format";
import { stemTitle } from "../ui/stems";
import { bytesPerSecond, type Choices, type Kind } from "./choices";
import type { Fetching } from "./exports";
import { fetchAnalysis, fetchBundle, fetchMix } from "./fetching";
import { type MixStem, mixRequest, type Part, stemRequest } from "./mix";

/** A song, as far as it can be exported. */
export interface Exportable {
  /** `tracks/{track}`. */
  track: string;
  title: string;
  analysed: boolean;
  separation?: {
    name: string;
    stems: readonly string[];
    /** Of all stems together, as they are on the server. */
    bytes: number;
    seconds: number;
    sampleRate: number;
  };
}

/** One file that is to be fetched. */
export interface Order {
  /** What it is called until the server has named it. */
  name: string;
  /** About how large it will be; 0 = small. */
  bytes: number;
  fetching: Fetching;
}

/** A track and its stems, if any, as something to export. */
export function exportableOf({ name: track, title, music, audio }: Track, separation: Separation | undefined): Exportable {
  const analysed = music !== undefined;
  if (!separation) return { track, title, analysed };
  const { name, stems, preview, sampleRateHz: sampleRate } = separation;
  const bytes = stems.reduce((sum, { sizeBytes }) => sum + Number(sizeBytes), 0);
  const seconds = secondsOf((preview ?? audio)?.duration);
  return { track, title, analysed, separation: { name, stems: stems.map(({ stem }) => stem), bytes, seconds, sampleRate } };
}

/** Whether there is such a thing of a song; of its stems, one of those that are wanted. */
export function has({ analysed, separation }: Exportable, kind: Kind, without: readonly string[] = []): boolean {
  if (kind === "analysis") return analysed;
  return separation !== undefined && (kind !== "stems" || separation.stems.some((stem) => !without.includes(stem)));
}

/** What of a song is wanted, beside the choices that are remembered. */
export interface Wanted {
  /** The desk's; none where there is no desk. */
  mix?: readonly MixStem[];
  part?: Part | undefined;
  /** Stems that are not wanted. */
  without: readonly string[];
}

/** The files that come of what was chosen; none if nothing was. */
export function ordersOf(
  transport: Transport,
  song: Exportable,
  choices: Choices,
  { mix = [], part, without }: Wanted,
): Order[] {
  const { track, title, separation } = song;
  if (!has(song, choices.kind)) return [];
  if (choices.kind === "analysis") {
    return choices.forms.map((form) => ({ name: `${title} (${exportText.forms[form][0]})`, bytes: 0, fetching: fetchAnalysis(transport, track, form) }));
  }
  if (!separation) return [];
  const { name, stems, seconds, sampleRate } = separation;
  const suffix = choices.format;
  const bytes = (length: number) => length * bytesPerSecond(choices, sampleRate);
  switch (choices.kind) {
    case "mix":
      if (!mix.some(({ sounds }) => sounds)) return [];
      return [
        {
          name: `${title} (${exportText.kinds.mix.toLowerCase()}).${suffix}`,
          bytes: bytes(part ? part.end - part.start : seconds),
          fetching: fetchMix(transport, mixRequest(name, mix, choices, part)),
        },
      ];
    case "stems":
      return stems
        .filter((stem) => !without.includes(stem))
        .map((stem) => ({
          name: `${title} (${stemTitle(stem).toLowerCase()}).${suffix}`,
          bytes: bytes(seconds),
          fetching: fetchMix(transport, stemRequest(name, stem, choices)),
        }));
    case "bundle": {
      // A zip holds the stems as they are; how large a stem file will be depends on how well they can be packed.
      const known = choices.bundle === "zip" ? separation.bytes : 0;
      const file = `${title}.${choices.bundle === "zip" ? "zip" : "stem.mp4"}`;
      return [{ name: file, bytes: separation.bytes, fetching: fetchBundle(transport, name, choices.bundle, known) }];
    }
  }
}
