import { create } from "@bufbuild/protobuf";
import { type Client, createClient } from "@connectrpc/connect";
import { createConnectQueryKey, useQuery, useTransport } from "@connectrpc/connect-query";
import {
  AnalysisService,
  GetResultsResponseSchema,
} from "@sound-forge-alchemy/api/alchemy/analysis/v1/analysis_service_pb.js";
import type { Analysis } from "@sound-forge-alchemy/api/alchemy/analysis/v1/analysis_pb.js";
import type { Corrections, Results } from "@sound-forge-alchemy/api/alchemy/analysis/v1/results_pb.js";
import type { Track } from "@sound-forge-alchemy/api/alchemy/library/v1/track_pb.js";
import { JobState } from "@sound-forge-alchemy/api/alchemy/type/v1/job_pb.js";
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";

import { analyses } from "../api/collections";
import { failureOf } from "../api/failure";
import { useRecords } from "../api/use-records";
import { isActive } from "../jobs/jobs";
import { text } from "../text/en";
import { toast } from "../ui/toasts";
import { type Change, requestOf, restoring, shiftBack } from "./corrections";

type AnalysisClient = Client<typeof AnalysisService>;

/** What is known of a track's music, and what can be done about it. */
export interface TrackMusic {
  /** What was measured, corrected; undefined while it is being read, or if nothing was. */
  results: Results | undefined;
  /** Whether it is certain by now that nothing was measured yet. */
  unknown: boolean;
  /** Why what was measured cannot be read; undefined if it can. */
  error: Error | null;
  refetch: () => void;
  /** The analysis under way. */
  job: Analysis | undefined;
  /** The newest analysis, if it failed. */
  failed: Analysis | undefined;
  /** Measures the track; or the mix alone, or one of its files. */
  analyse: (what?: { mixOnly?: boolean; artifact?: string }) => void;
  retry: (job: Analysis) => void;
  cancel: (job: Analysis) => void;
  correct: (change: Change) => void;
  /** Takes the last correction of this visit back; undefined if there is none. */
  undo: (() => void) | undefined;
}

/** The music of a track, current: measured anew or corrected anywhere, it shows here. */
export function useMusic(track: Track): TrackMusic {
  const { name } = track;
  const transport = useTransport();
  const client = useQueryClient();
  const input = useMemo(() => ({ name: `${name}/analyses/current` }), [name]);
  const query = useQuery(AnalysisService.method.getResults, input, { staleTime: Infinity });
  const jobs = useRecords(analyses).data;
  const [past, setPast] = useState<readonly (Corrections | undefined)[]>([]);
  const results = query.data?.results;
  const { refetch } = query;

  const newest = track.music?.revision ?? 0n;
  const known = results?.revision;
  useEffect(() => {
    if (known !== undefined && newest > known) void refetch();
  }, [known, newest, refetch]);

  const { job, failed } = useMemo(() => {
    const ours = [...(jobs?.values() ?? [])].filter((one) => one.name.startsWith(`${name}/`));
    const newest = ours.reduce<Analysis | undefined>((last, one) => (last && last.name > one.name ? last : one), undefined);
    return { job: ours.find(isActive), failed: newest?.state === JobState.FAILED ? newest : undefined };
  }, [jobs, name]);

  // One call after the other: each is relative to what the one before has made.
  const queue = useRef(Promise.resolve());
  const key = useMemo(
    () => createConnectQueryKey({ schema: AnalysisService.method.getResults, transport, input, cardinality: "finite" }),
    [transport, input],
  );
  const adjust = useCallback(
    (work: (analysis: AnalysisClient) => Promise<Results | undefined>) => {
      queue.current = queue.current.then(async () => {
        try {
          const adjusted = await work(createClient(AnalysisService, transport));
          if (adjusted) client.setQueryData(key, create(GetResultsResponseSchema, { results: adjusted }));
        } catch (cause) {
          toast({ text: text.desk.grid.failed, detail: failureOf(cause).words, danger: true });
        }
      });
    },
    [transport, client, key],
  );

  const correct = useCallback(
    (change: Change) => {
      adjust(async (analysis) => {
        const before = client.getQueryData(key)?.results?.corrections; // as the call before this one has left them
        const { results: adjusted } = await analysis.adjustAnalysis(requestOf(name, change));
        setPast((past) => [...past, before]);
        return adjusted;
      });
    },
    [adjust, client, key, name],
  );
  const undo = () => {
    const before = past.at(-1);
    setPast(past.slice(0, -1));
    adjust(async (analysis) => {
      const { results: restored } = await analysis.adjustAnalysis(restoring(name, before));
      const shift = shiftBack(name, before, restored?.rhythm?.beats ?? []);
      return shift ? (await analysis.adjustAnalysis(shift)).results : restored;
    });
  };
  const order = (call: (analysis: AnalysisClient) => Promise<{ analysis?: Analysis }>) => {
    call(createClient(AnalysisService, transport)).then(
      ({ analysis }) => analysis && analyses.upsert(client, analysis),
      (cause: unknown) => toast({ text: text.desk.failed, detail: failureOf(cause).words, danger: true }),
    );
  };
  const measured = results !== undefined && results.provenance.length > 0;
  return {
    results: measured || results?.rhythm ? results : undefined,
    unknown: results !== undefined && !measured,
    error: results ? null : query.error,
    refetch: () => void refetch(),
    job,
    failed,
    analyse: (what = {}) => order((analysis) => analysis.createAnalysis({ parent: name, analysis: what, requestId: crypto.randomUUID() })),
    retry: (job) => order((analysis) => analysis.retryAnalysis({ name: job.name })),
    cancel: (job) => order((analysis) => analysis.cancelAnalysis({ name: job.name })),
    correct,
    undo: past.length > 0 ? undo : undefined,
  };
}
