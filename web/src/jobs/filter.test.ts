import { JobState } from "@sound-forge-alchemy/api/alchemy/type/v1/job_pb.js";
import { expect, test } from "vitest";

import { ANY_JOB, filtered, filterFrom, type JobFilter, KINDS, queryOf, STATES } from "./filter";
import type { Job } from "./jobs";

const JOB: Job = {
  kind: "separation",
  name: "",
  title: "Slow Motion",
  model: "models/htdemucs",
  track: "",
  state: JobState.SUCCEEDED,
  progress: undefined,
  error: undefined,
  cancelRequested: false,
  reused: false,
  match: undefined,
  created: new Date(0),
  started: undefined,
  ended: undefined,
};

const found = (job: Partial<Job>, filter: Partial<JobFilter>) => filtered([{ ...JOB, ...job }], { ...ANY_JOB, ...filter }).length === 1;

test("without a filter everything shows, whatever has become of it", () => {
  for (const state of [JobState.QUEUED, JobState.RUNNING, JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED]) expect(found({ state }, {})).toBe(true);
});

test("each state but one is hidden by its filter", () => {
  const states = [JobState.RUNNING, JobState.QUEUED, JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED];
  for (const [index, filter] of STATES.entries()) {
    expect(states.filter((state) => found({ state }, { state: filter }))).toEqual([states[index]]);
  }
});

test("each kind but one is hidden by its filter", () => {
  for (const kind of KINDS) expect(KINDS.filter((other) => found({ kind: other }, { kind }))).toEqual([kind]);
});

test("words must all be there, in the title or the model, in any order", () => {
  expect(found({}, { words: " motion SLOW " })).toBe(true);
  expect(found({}, { words: "motion demucs" })).toBe(true);
  expect(found({}, { words: "motion fast" })).toBe(false);
});

test("a filter survives its way through an address", () => {
  for (const filter of [ANY_JOB, { state: "failed", kind: "download", words: "a & b = ç?" }, { state: "done", kind: undefined, words: "" }] as const) {
    expect(filterFrom(queryOf(filter))).toEqual(filter);
  }
  expect(queryOf(ANY_JOB)).toBe("");
});

test("what an address says that nobody knows is no filter", () => {
  expect(filterFrom("state=lost&kind=export&page=7")).toEqual(ANY_JOB);
});
