import { useQuery } from "@connectrpc/connect-query";
import { LibraryService } from "@sound-forge-alchemy/api/alchemy/library/v1/library_service_pb.js";

/** Addresses of media work for six hours; they are asked for again before. */
export const MEDIA_FRESH_MS = 5 * 3600 * 1000;

/** The files of a track. `again`: whether those that stay in sight get fresh addresses in time, as what is played needs. */
export function useArtifacts(track: string, { enabled = true, again = false }: { enabled?: boolean; again?: boolean } = {}) {
  return useQuery(
    LibraryService.method.listArtifacts,
    { parent: track, pageSize: 1000, pageToken: "" },
    { enabled, staleTime: MEDIA_FRESH_MS, refetchInterval: again && MEDIA_FRESH_MS },
  );
}
