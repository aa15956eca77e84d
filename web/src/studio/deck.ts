import type { Artifact, Track } from "@sound-forge-alchemy/api/alchemy/library/v1/track_pb.js";
import { Artifact_Kind } from "@sound-forge-alchemy/api/alchemy/library/v1/track_pb.js";
import type { Model, Separation } from "@sound-forge-alchemy/api/alchemy/processing/v1/separation_pb.js";
import { JobState } from "@sound-forge-alchemy/api/alchemy/type/v1/job_pb.js";

import { onThisOrigin } from "../api/transport";
import { secondsOf } from "../text/format";

/** One stem, and where its sound is. */
export interface DeckStem {
  stem: string;
  /** Where the finished file is; empty while it is being made. */
  address: string;
  /** Where it streams while it is being made; empty when it is finished. */
  liveAddress: string;
  mediaType: string;
  sampleRate: number;
  /** Where its outline is; empty if there is none. */
  waveform: string;
}

/** What the studio plays: the stems of one separation. */
export interface Deck {
  /** Tells decks apart: another deck is other sound. */
  id: string;
  live: boolean;
  /** Where in the track it begins, in seconds: a separation may be of a part. */
  begin: number;
  /** How long the song is, in seconds. */
  seconds: number;
  stems: readonly DeckStem[];
}

/** Browsers keep six connections to a server; the page needs two for itself. */
export const MOST_LIVE_STEMS = 4;

/** The separations that can be played, newest first: those that run and those that are done. */
export function playable(separations: Iterable<Separation>, track: string): Separation[] {
  return [...separations]
    .filter(({ name, state }) => name.startsWith(`${track}/`) && (state === JobState.RUNNING || state === JobState.SUCCEEDED))
    .sort((a, b) => (a.name < b.name ? 1 : -1));
}

/** The deck of a separation; undefined while its files are not known yet. */
export function deckOf(track: Track, separation: Separation, artifacts: readonly Artifact[], models: readonly Model[]): Deck | undefined {
  const seconds = secondsOf(track.audio?.duration);
  const begin = secondsOf(separation.preview?.start);
  if (separation.state === JobState.RUNNING) {
    const stems = wantedStems(separation, models).slice(0, MOST_LIVE_STEMS);
    if (stems.length === 0) return undefined;
    return {
      id: `${separation.name}#${separation.progress?.attempt ?? 0}`,
      live: true,
      begin,
      seconds: secondsOf(separation.preview?.duration) || seconds,
      stems: stems.map((stem) => ({
        stem,
        address: "",
        liveAddress: `/v1/${separation.name}:stream?stem=${encodeURIComponent(stem)}`,
        mediaType: "audio/wav",
        sampleRate: 0,
        waveform: "",
      })),
    };
  }
  const byName = new Map(artifacts.filter(({ kind }) => kind === Artifact_Kind.STEM).map((artifact) => [artifact.name, artifact]));
  const stems = separation.stems.flatMap(({ stem, artifact: name }) => {
    const artifact = byName.get(name);
    if (!artifact) return [];
    return {
      stem,
      address: onThisOrigin(artifact.mediaUri),
      liveAddress: "",
      mediaType: artifact.mediaType,
      sampleRate: artifact.audio?.sampleRateHz ?? 0,
      waveform: artifact.waveformUri && onThisOrigin(artifact.waveformUri),
    };
  });
  if (stems.length === 0 || stems.length < separation.stems.length) return undefined;
  const lengths = separation.stems.map(({ artifact }) => secondsOf(byName.get(artifact)?.audio?.duration));
  return { id: separation.name, live: false, begin, seconds: Math.max(...lengths), stems };
}

/** What a separation makes: what was asked for, else all of its model. */
function wantedStems({ wantedStems, complement, model }: Separation, models: readonly Model[]): string[] {
  if (wantedStems.length === 0) return [...(models.find(({ name }) => name === model)?.stems ?? [])];
  return complement ? [...wantedStems, `no-${wantedStems.join("-")}`] : [...wantedStems];
}

/** Whether a stem is drums, which keep their pitch. */
export function isPercussive(stem: string): boolean {
  return stem === "drums";
}
