import { createClient } from "@connectrpc/connect";
import { useTransport } from "@connectrpc/connect-query";
import { ProcessingService } from "@sound-forge-alchemy/api/alchemy/processing/v1/processing_service_pb.js";
import { useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";

import { separations } from "../api/collections";
import { failureOf } from "../api/failure";
import { separationOf, useWish } from "../bring/wish";
import { text } from "../text/en";
import { toast } from "../ui/toasts";

/** Queues separations of tracks, as the remembered wish says. */
export function useSeparate(): (trackNames: readonly string[]) => Promise<void> {
  const transport = useTransport();
  const client = useQueryClient();
  const [wish] = useWish();
  return useCallback(
    async (trackNames) => {
      const processing = createClient(ProcessingService, transport);
      const refused: string[] = [];
      for (const parent of trackNames) {
        try {
          const { separation } = await processing.createSeparation({
            parent,
            separation: separationOf(wish),
            requestId: crypto.randomUUID(),
          });
          if (separation) separations.upsert(client, separation);
        } catch (cause) {
          refused.push(failureOf(cause).words);
        }
      }
      const queued = trackNames.length - refused.length;
      if (queued) toast({ text: text.library.separating(queued) });
      if (refused.length) toast({ text: text.library.notQueued(refused.length), detail: refused[0], danger: true });
    },
    [transport, client, wish],
  );
}
