import { createClient } from "@connectrpc/connect";
import { useTransport } from "@connectrpc/connect-query";
import { AnalysisService } from "@sound-forge-alchemy/api/alchemy/analysis/v1/analysis_service_pb.js";
import { useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";

import { analyses } from "../api/collections";
import { failureOf } from "../api/failure";
import { isActive } from "../jobs/jobs";
import { text } from "../text/en";
import { toast } from "../ui/toasts";

/** Queues analyses of tracks, and tells in one notice what came of it. */
export function useAnalyse(): (trackNames: readonly string[]) => Promise<void> {
  const transport = useTransport();
  const client = useQueryClient();
  return useCallback(
    async (trackNames) => {
      const service = createClient(AnalysisService, transport);
      let [queued, known] = [0, 0];
      const refused: string[] = [];
      for (const parent of trackNames) {
        try {
          const { analysis } = await service.createAnalysis({ parent, requestId: crypto.randomUUID() });
          if (analysis) analyses.upsert(client, analysis);
          if (analysis && !isActive(analysis)) known += 1;
          else queued += 1;
        } catch (cause) {
          refused.push(failureOf(cause).words);
        }
      }
      const words = text.library.analysing(queued, known);
      const failed = refused.length > 0 && text.library.notAnalysed(refused.length);
      toast({ text: [words, failed].filter(Boolean).join("; "), detail: refused[0], danger: refused.length > 0 });
    },
    [transport, client],
  );
}
