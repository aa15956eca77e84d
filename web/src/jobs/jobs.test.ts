import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { AnalysisSchema } from "@sound-forge-alchemy/api/alchemy/analysis/v1/analysis_pb.js";
import { DownloadSchema } from "@sound-forge-alchemy/api/alchemy/download/v1/download_pb.js";
import { TrackSchema } from "@sound-forge-alchemy/api/alchemy/library/v1/track_pb.js";
import { InstallationSchema } from "@sound-forge-alchemy/api/alchemy/processing/v1/installation_pb.js";
import { SeparationSchema } from "@sound-forge-alchemy/api/alchemy/processing/v1/separation_pb.js";
import { JobState } from "@sound-forge-alchemy/api/alchemy/type/v1/job_pb.js";
import { expect, test } from "vitest";

import { jobsOf } from "./jobs";

const byName = <T extends { name: string }>(...all: T[]) => new Map(all.map((one) => [one.name, one]));
const separation = (id: string, state: JobState, queuePosition?: number, endMs?: number) =>
  create(SeparationSchema, {
    name: `tracks/t/separations/${id}`,
    state,
    progress: queuePosition === undefined ? {} : { queuePosition },
    ...(endMs === undefined ? {} : { endTime: timestampFromMs(endMs) }),
  });

test("what runs comes first, then the queue in its order; what ended, newest first", () => {
  const { active, ended } = jobsOf(
    byName(create(TrackSchema, { name: "tracks/t", title: "Song" })),
    byName(
      separation("second", JobState.QUEUED, 1),
      separation("next", JobState.QUEUED, 0),
      separation("old", JobState.SUCCEEDED, undefined, 1000),
      separation("new", JobState.FAILED, undefined, 2000),
      separation("running", JobState.RUNNING),
    ),
    new Map(),
    new Map(),
    new Map(),
    "gone",
  );
  expect(active.map((job) => job.name.split("/")[3])).toEqual(["running", "next", "second"]);
  expect(ended.map((job) => job.name.split("/")[3])).toEqual(["new", "old"]);
});

test("a job is named after its song, as well as anybody knows it", () => {
  const tracks = byName(create(TrackSchema, { name: "tracks/t", title: "Song" }));
  const { active } = jobsOf(
    tracks,
    byName(separation("1", JobState.RUNNING), create(SeparationSchema, { name: "tracks/x/separations/2", state: JobState.RUNNING })),
    byName(create(AnalysisSchema, { name: "tracks/t/analyses/3", state: JobState.RUNNING })),
    byName(
      create(DownloadSchema, { name: "downloads/1", link: "https://example.org/a.mp3", state: JobState.RUNNING }),
      create(DownloadSchema, { name: "downloads/2", link: "https://example.org/b.mp3", song: { title: "B" }, state: JobState.RUNNING }),
    ),
    byName(create(InstallationSchema, { name: "models/htdemucs/installations/1", state: JobState.RUNNING })),
    "gone",
  );
  expect(active.map(({ title }) => title)).toEqual(["Song", "gone", "Song", "https://example.org/a.mp3", "B", "htdemucs"]);
});
