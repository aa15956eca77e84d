import { timestampDate } from "@bufbuild/protobuf/wkt";
import type { Track } from "@sound-forge-alchemy/api/alchemy/library/v1/track_pb.js";
import type { Separation } from "@sound-forge-alchemy/api/alchemy/processing/v1/separation_pb.js";
import { JobState } from "@sound-forge-alchemy/api/alchemy/type/v1/job_pb.js";

import type { Records } from "../api/collection";
import { camelot, type PlainKey, plainKey } from "../music/pitch";
import { secondsOf } from "../text/format";
import { lazily } from "../text/lazily";
import { looksFor } from "../text/searching";
import { ANY_MUSIC, fits, type MusicFilter } from "./music-filter";

/** What has become of a track. */
export type TrackState =
  | { kind: "none" }
  | { kind: "working"; separation: Separation }
  | { kind: "separated"; separation: Separation }
  | { kind: "failed"; separation: Separation };

/** One line of the library. */
export interface Row {
  track: Track;
  state: TrackState;
  seconds: number;
  added: Date;
  /** Beats per minute; 0 = unknown. */
  bpm: number;
  key: PlainKey | undefined;
  /** Title, artist, album and filename in small letters. */
  haystack: string;
}

/** Columns that the list can be sorted by. */
export const SORT_COLUMNS = ["title", "artist", "album", "bpm", "key", "length", "added"] as const;
export type SortColumn = (typeof SORT_COLUMNS)[number];

/** An order of the list. */
export interface Sort {
  column: SortColumn;
  descending: boolean;
}

/** Which tracks show. */
export const FILTERS = ["all", "separated", "unseparated", "working", "failed"] as const;
export type Filter = (typeof FILTERS)[number];

const KIND: Readonly<Record<Exclude<Filter, "all">, TrackState["kind"]>> = {
  separated: "separated",
  unseparated: "none",
  working: "working",
  failed: "failed",
};

const UNSEPARATED: TrackState = { kind: "none" };
/** Lines by their track: one that has not changed is not made, and not drawn, again. */
const MADE = new WeakMap<Track, Row>();

/** One line for each track; the same one as before if nothing has changed in it. */
export function rowsOf(tracks: Records<Track>, separations: Records<Separation>): Row[] {
  const states = statesOf(separations);
  return Array.from(tracks.values(), (track) => rowOf(track, states.get(track.name) ?? UNSEPARATED));
}

function rowOf(track: Track, state: TrackState): Row {
  const before = MADE.get(track);
  if (before && same(before.state, state)) return before;
  const row = {
    track,
    state,
    seconds: secondsOf(track.audio?.duration),
    added: track.createTime ? timestampDate(track.createTime) : new Date(0),
    bpm: track.music?.bpm ?? 0,
    key: plainKey(track.music?.key),
    haystack: [track.title, track.artist, track.album, track.filename].join("\n").toLowerCase(),
  };
  MADE.set(track, row);
  return row;
}

function same(one: TrackState, other: TrackState): boolean {
  return one.kind === "none" || other.kind === "none" ? one.kind === other.kind : one.separation === other.separation;
}

/** The lines that match every word of the search and the filters, sorted. */
export function arranged(rows: readonly Row[], search: string, filter: Filter, sort: Sort, music: MusicFilter = ANY_MUSIC): Row[] {
  const wanted = looksFor(search);
  const shown = rows.filter(
    ({ haystack, state, bpm, key }) =>
      (filter === "all" || state.kind === KIND[filter]) && wanted(haystack) && fits(music, bpm, key),
  );
  const sign = sort.descending ? -1 : 1;
  const compare = COMPARE[sort.column];
  // Names grow with the time of the upload: equal values follow in that order, whichever way the list runs.
  return shown.sort((a, b) => sign * compare(a, b) || (a.track.name < b.track.name ? 1 : -1));
}

const COLLATOR = lazily(() => new Intl.Collator("en", { numeric: true, sensitivity: "base" }));

const COMPARE: Readonly<Record<SortColumn, (a: Row, b: Row) => number>> = {
  title: (a, b) => COLLATOR().compare(a.track.title, b.track.title),
  artist: (a, b) => COLLATOR().compare(a.track.artist, b.track.artist),
  album: (a, b) => COLLATOR().compare(a.track.album, b.track.album),
  bpm: (a, b) => a.bpm - b.bpm,
  key: (a, b) => roundTheWheel(a.key) - roundTheWheel(b.key),
  length: (a, b) => a.seconds - b.seconds,
  added: (a, b) => a.added.getTime() - b.added.getTime(),
};

/** From 1A = 2, 1B = 3 to 12B = 25, as the server sorts; unknown = 0. */
function roundTheWheel(key: PlainKey | undefined): number {
  if (!key) return 0;
  const { hour, letter } = camelot(key);
  return 2 * hour + (letter === "B" ? 1 : 0);
}

/** The track of a separation, `tracks/{track}`. */
export function trackOf(separation: string): string {
  return separation.split("/", 2).join("/");
}

/** The state of each track that was ever separated: of what is under way, what succeeded and what failed, the first that there is. */
function statesOf(separations: Records<Separation>): Map<string, TrackState> {
  const states = new Map<string, TrackState>();
  for (const separation of separations.values()) {
    const state = stateOf(separation);
    if (!state) continue;
    const track = trackOf(separation.name);
    const other = states.get(track);
    if (!other || other.kind === "none" || RANK[state.kind] > RANK[other.kind] || (state.kind === other.kind && separation.name > other.separation.name)) {
      states.set(track, state);
    }
  }
  return states;
}

/** Of each track the newest separation that succeeded; one of the whole song before one of a part of it. */
export function newestStems(separations: Records<Separation>): Map<string, Separation> {
  const newest = new Map<string, Separation>();
  for (const one of separations.values()) {
    const other = newest.get(trackOf(one.name));
    const whole = Number(!one.preview) - Number(!other?.preview);
    if (one.state === JobState.SUCCEEDED && (!other || whole > 0 || (whole === 0 && one.name > other.name))) newest.set(trackOf(one.name), one);
  }
  return newest;
}

const RANK: Readonly<Record<TrackState["kind"], number>> = { none: 0, failed: 1, separated: 2, working: 3 };

function stateOf(separation: Separation): TrackState | undefined {
  switch (separation.state) {
    case JobState.QUEUED:
    case JobState.RUNNING:
      return { kind: "working", separation };
    case JobState.SUCCEEDED:
      return { kind: "separated", separation };
    case JobState.FAILED:
      return { kind: "failed", separation };
    default:
      return undefined;
  }
}
