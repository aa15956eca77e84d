import { createClient } from "@connectrpc/connect";
import { useTransport } from "@connectrpc/connect-query";
import { AnalysisService } from "@sound-forge-alchemy/api/alchemy/analysis/v1/analysis_service_pb.js";
import { useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";

import { analyses } from "../api/collections";
import { queueJobs } from "./batch";

/** Queues analyses of tracks, and tells in one notice what came of it. */
export function useAnalyse(): (tracks: readonly string[]) => Promise<void> {
  const transport = useTransport();
  const client = useQueryClient();
  return useCallback(
    (tracks) => {
      const service = createClient(AnalysisService, transport);
      const ask = async (parent: string, requestId: string) => {
        const { analysis } = await service.createAnalysis({ parent, requestId });
        if (analysis) analyses.upsert(client, analysis);
        return analysis;
      };
      return queueJobs(tracks, ask, "analyses");
    },
    [transport, client],
  );
}
