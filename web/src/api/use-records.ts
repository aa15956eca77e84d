import { useTransport } from "@connectrpc/connect-query";
import { useQuery, useQueryClient, type UseQueryResult } from "@tanstack/react-query";

import type { Collection, Records, Resource } from "./collection";
import { useLive } from "./use-live";

/** All resources of a kind, current. */
export function useRecords<T extends Resource>(collection: Collection<T>): UseQueryResult<Records<T>> {
  const transport = useTransport();
  const client = useQueryClient();
  // Listed after the stream has begun, nothing is missed; listed before, everything has to be listed twice.
  const enabled = useLive() !== "connecting";
  return useQuery({ ...collection.query(transport, client), enabled });
}
