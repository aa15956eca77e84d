import { createClient } from "@connectrpc/connect";
import { useTransport } from "@connectrpc/connect-query";
import { ProcessingService } from "@sound-forge-alchemy/api/alchemy/processing/v1/processing_service_pb.js";
import { useQuery } from "@tanstack/react-query";

/** As often as workers tell of themselves. */
const EVERY_MS = 2_000;
/** A server that hangs must not pass for one that has nothing new to say. */
export const PATIENCE_MS = 5_000;

/** What separates songs, and how many separations wait for it: asked again and again while a view shows it. */
export function useDevices(enabled = true) {
  const transport = useTransport();
  return useQuery({
    queryKey: ["devices"],
    queryFn: ({ signal }) => createClient(ProcessingService, transport).listDevices({}, { signal, timeoutMs: PATIENCE_MS }),
    refetchInterval: EVERY_MS,
    enabled,
  });
}
