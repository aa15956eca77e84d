import { JobState } from "@sound-forge-alchemy/api/alchemy/type/v1/job_pb.js";

import { looksFor } from "../text/searching";
import type { Job } from "./jobs";

export const STATES = ["running", "waiting", "done", "failed", "cancelled"] as const;
export const KINDS = ["separation", "analysis", "download", "installation"] as const satisfies readonly Job["kind"][];

/** Which jobs are looked for. */
export interface JobFilter {
  /** undefined = whatever has become of them. */
  state: (typeof STATES)[number] | undefined;
  /** undefined = of all kinds. */
  kind: (typeof KINDS)[number] | undefined;
  /** Words that must all be in the title or the model's name. */
  words: string;
}

export const ANY_JOB: JobFilter = { state: undefined, kind: undefined, words: "" };

const STATE: Readonly<Record<(typeof STATES)[number], JobState>> = {
  running: JobState.RUNNING,
  waiting: JobState.QUEUED,
  done: JobState.SUCCEEDED,
  failed: JobState.FAILED,
  cancelled: JobState.CANCELLED,
};

/** The jobs that are looked for, in the order in which they came. */
export function filtered(jobs: readonly Job[], { state, kind, words }: JobFilter): Job[] {
  const wanted = looksFor(words);
  return jobs.filter(
    (job) => (!state || job.state === STATE[state]) && (!kind || job.kind === kind) && wanted(`${job.title}\n${job.model}`.toLowerCase()),
  );
}

/** Reads the filter out of an address: what follows its "?". What it does not know is no filter. */
export function filterFrom(query: string): JobFilter {
  const parameters = new URLSearchParams(query);
  return {
    state: STATES.find((state) => state === parameters.get("state")),
    kind: KINDS.find((kind) => kind === parameters.get("kind")),
    words: parameters.get("q") ?? "",
  };
}

/** The filter as part of an address, without the "?"; empty where everything is looked for. */
export function queryOf({ state, kind, words }: JobFilter): string {
  const parameters = Object.entries({ state, kind, q: words }).filter((pair): pair is [string, string] => Boolean(pair[1]));
  return new URLSearchParams(parameters).toString();
}
