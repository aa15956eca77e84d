import { useTransport } from "@connectrpc/connect-query";
import { useQuery, useQueryClient, type UseQueryResult } from "@tanstack/react-query";

import type { Collection, Records, Resource } from "./collection";

/** All resources of a kind, current. */
export function useRecords<T extends Resource>(collection: Collection<T>): UseQueryResult<Records<T>> {
  const transport = useTransport();
  const client = useQueryClient();
  return useQuery(collection.query(transport, client));
}
