import { createClient } from "@connectrpc/connect";
import { useTransport } from "@connectrpc/connect-query";
import { ProcessingService } from "@sound-forge-alchemy/api/alchemy/processing/v1/processing_service_pb.js";
import { useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";

import { separations } from "../api/collections";
import { separationOf, useWish } from "../bring/wish";
import { queueJobs } from "./batch";

/** Queues separations of tracks, as the remembered wish says, and tells in one notice what came of it. */
export function useSeparate(): (tracks: readonly string[]) => Promise<void> {
  const transport = useTransport();
  const client = useQueryClient();
  const [wish] = useWish();
  return useCallback(
    (tracks) => {
      const processing = createClient(ProcessingService, transport);
      const ask = async (parent: string, requestId: string) => {
        const { separation } = await processing.createSeparation({ parent, separation: separationOf(wish), requestId });
        if (separation) separations.upsert(client, separation);
        return separation;
      };
      return queueJobs(tracks, ask, "separations");
    },
    [transport, client, wish],
  );
}
