import { type Timestamp, timestampDate } from "@bufbuild/protobuf/wkt";
import type { Analysis } from "@sound-forge-alchemy/api/alchemy/analysis/v1/analysis_pb.js";
import type { Download, Download_Match } from "@sound-forge-alchemy/api/alchemy/download/v1/download_pb.js";
import type { Track } from "@sound-forge-alchemy/api/alchemy/library/v1/track_pb.js";
import type { Installation } from "@sound-forge-alchemy/api/alchemy/processing/v1/installation_pb.js";
import type { Separation } from "@sound-forge-alchemy/api/alchemy/processing/v1/separation_pb.js";
import { JobState, type Progress } from "@sound-forge-alchemy/api/alchemy/type/v1/job_pb.js";
import type { Status } from "@sound-forge-alchemy/api/google/rpc/status_pb.js";

import type { Records } from "../api/collection";
import { trackOf } from "../library/rows";

/** One piece of the server's work, whatever it works on. */
export interface Job {
  kind: "separation" | "analysis" | "download" | "installation";
  name: string;
  /** The song, the link or the model. */
  title: string;
  /** The model of a separation, `models/{model}`; empty for others. */
  model: string;
  /** The track that it concerns and that exists, `tracks/{track}`; empty if there is none. */
  track: string;
  state: JobState;
  progress: Progress | undefined;
  error: Status | undefined;
  cancelRequested: boolean;
  /** Whether it was answered from an earlier result. */
  reused: boolean;
  /** For a song of Spotify: the recording that was found for it. */
  match: Download_Match | undefined;
  created: Date;
  started: Date | undefined;
  ended: Date | undefined;
}

/** Whether the server has still to do with it. */
export function isActive(job: { state: JobState }): boolean {
  return job.state === JobState.QUEUED || job.state === JobState.RUNNING;
}

/** All jobs: those under way in the order in which they will be done, then those that ended, newest first. */
export function jobsOf(
  tracks: Records<Track>,
  separations: Records<Separation>,
  analyses: Records<Analysis>,
  downloads: Records<Download>,
  installations: Records<Installation>,
  deletedTrack: string,
): { active: Job[]; ended: Job[] } {
  const jobs = [
    ...[...separations.values()].map((one) => ofSeparation(one, tracks, deletedTrack)),
    ...[...analyses.values()].map((one) => ofAnalysis(one, tracks, deletedTrack)),
    ...[...downloads.values()].map((one) => ofDownload(one, tracks)),
    ...[...installations.values()].map(ofInstallation),
  ];
  const active = jobs.filter(isActive).sort((a, b) => rank(a) - rank(b) || a.created.getTime() - b.created.getTime());
  const ended = jobs.filter((job) => !isActive(job)).sort((a, b) => endOf(b) - endOf(a));
  return { active, ended };
}

function ofSeparation(one: Separation, tracks: Records<Track>, deletedTrack: string): Job {
  const track = tracks.get(trackOf(one.name));
  return {
    ...common(one),
    kind: "separation",
    title: track?.title ?? deletedTrack,
    model: one.model,
    track: track?.name ?? "",
    reused: one.reused,
    match: undefined,
  };
}

function ofAnalysis(one: Analysis, tracks: Records<Track>, deletedTrack: string): Job {
  const track = tracks.get(trackOf(one.name));
  return {
    ...common(one),
    kind: "analysis",
    title: track?.title ?? deletedTrack,
    model: "",
    track: track?.name ?? "",
    reused: one.steps.length > 0 && one.steps.every(({ reused }) => reused),
    match: undefined,
  };
}

function ofDownload(one: Download, tracks: Records<Track>): Job {
  const track = tracks.get(one.track);
  const title = track?.title ?? one.song?.title;
  return { ...common(one), kind: "download", title: title ? title : one.link, model: "", track: track?.name ?? "", reused: one.reused, match: one.match };
}

function ofInstallation(one: Installation): Job {
  return { ...common(one), kind: "installation", title: one.name.split("/")[1] ?? one.name, model: "", track: "", reused: false, match: undefined };
}

function common(one: Separation | Analysis | Download | Installation) {
  return {
    name: one.name,
    state: one.state,
    progress: one.progress,
    error: one.error,
    cancelRequested: one.cancelRequested,
    created: date(one.createTime) ?? new Date(0),
    started: date(one.startTime),
    ended: date(one.endTime),
  };
}

function date(time: Timestamp | undefined): Date | undefined {
  return time ? timestampDate(time) : undefined;
}

function rank({ state, progress }: Job): number {
  return state === JobState.RUNNING ? -1 : (progress?.queuePosition ?? Number.MAX_SAFE_INTEGER);
}

function endOf(job: Job): number {
  return (job.ended ?? job.created).getTime();
}
