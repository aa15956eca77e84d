import { createClient } from "@connectrpc/connect";
import { useTransport } from "@connectrpc/connect-query";
import { AnalysisService } from "@sound-forge-alchemy/api/alchemy/analysis/v1/analysis_service_pb.js";
import { DownloadService } from "@sound-forge-alchemy/api/alchemy/download/v1/download_service_pb.js";
import { ProcessingService } from "@sound-forge-alchemy/api/alchemy/processing/v1/processing_service_pb.js";
import { useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";

import { analyses, downloads, installations, separations, tracks } from "../api/collections";
import { failureOf } from "../api/failure";
import { useRecords } from "../api/use-records";
import { text } from "../text/en";
import { toast } from "../ui/toasts";
import { isActive, type Job, jobsOf } from "./jobs";

const NONE: ReadonlyMap<string, never> = new Map<string, never>();

/** Everything the server has done, does and will do. */
export function useJobs() {
  const queries = [useRecords(separations), useRecords(analyses), useRecords(downloads), useRecords(installations)] as const;
  const { data: known } = useRecords(tracks);
  const [a, b, c, d] = [queries[0].data, queries[1].data, queries[2].data, queries[3].data];
  const jobs = useMemo(() => jobsOf(known ?? NONE, a ?? NONE, b ?? NONE, c ?? NONE, d ?? NONE, text.jobs.deletedTrack), [known, a, b, c, d]);
  return {
    ...jobs,
    isPending: queries.some((query) => query.isPending),
    // A part that cannot be read must not pass for one that is empty.
    error: queries.find((query) => query.isError && !query.data)?.error,
    refetch: () => {
      for (const query of queries) if (query.isError) void query.refetch();
    },
  };
}

/** How many jobs run or wait. */
export function useActiveJobCount(): number {
  const records = [useRecords(separations).data, useRecords(analyses).data, useRecords(downloads).data, useRecords(installations).data];
  return records.reduce((sum, one) => sum + [...(one?.values() ?? [])].filter(isActive).length, 0);
}

/** What can be done with a job; a refusal is told in a notice. */
export interface JobActions {
  cancel: (job: Job) => void;
  retry: (job: Job) => void;
  /** Takes a download out of the list. */
  remove: (job: Job) => void;
}

/** The actions on jobs. The list follows by itself, by the events that they cause. */
export function useJobActions(): JobActions {
  const transport = useTransport();
  const client = useQueryClient();
  return useMemo(() => {
    const processing = createClient(ProcessingService, transport);
    const analysis = createClient(AnalysisService, transport);
    const download = createClient(DownloadService, transport);
    const tell = (call: Promise<unknown>) =>
      void call.catch((cause: unknown) => toast({ text: text.jobs.notDone, detail: failureOf(cause).words, danger: true }));
    return {
      cancel: ({ kind, name }) => {
        if (kind === "separation") tell(processing.cancelSeparation({ name }));
        else if (kind === "analysis") tell(analysis.cancelAnalysis({ name }));
        else if (kind === "download") tell(download.cancelDownload({ name }));
        else tell(processing.cancelInstallation({ name }));
      },
      retry: ({ kind, name }) => {
        if (kind === "separation") tell(processing.retrySeparation({ name }));
        else if (kind === "analysis") tell(analysis.retryAnalysis({ name }));
        else if (kind === "download") tell(download.retryDownload({ name }));
        else tell(processing.installModel({ name: name.split("/", 2).join("/"), requestId: crypto.randomUUID() }));
      },
      remove: ({ name }) => tell(download.deleteDownload({ name }).then(() => downloads.remove(client, name))),
    };
  }, [transport, client]);
}
