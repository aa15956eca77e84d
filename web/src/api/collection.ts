import type { Transport } from "@connectrpc/connect";
import { queryOptions, type QueryClient } from "@tanstack/react-query";

import { pause } from "../app/pause";

/** What every resource of the mesh has: a name, and a number that grows with each change. */
export interface Resource {
  name: string;
  revision: bigint;
}

/** Resources by name, in the order in which the server lists them. */
export type Records<T> = ReadonlyMap<string, T>;

/** Yields the server's pages of one list, until they end or the signal aborts. */
export type Pages<T> = (transport: Transport, signal: AbortSignal) => AsyncIterable<readonly T[]>;

// Lists begin one after another: five in one task would keep a slow device from answering.
let last = Promise.resolve();
function turn(): Promise<void> {
  last = last.then(pause);
  return last;
}

/**
 * All resources of one kind that the user has: loaded page by page, then kept current by events.
 *
 * Pages and events may overtake each other. Of two copies of a resource the one with the higher revision wins, and what was
 * deleted stays deleted.
 */
export class Collection<T extends Resource> {
  readonly key: readonly [string];
  readonly #pages: Pages<T>;
  readonly #deleted = new Set<string>();
  #changedWhileLoading = new Set<string>();

  constructor(name: string, pages: Pages<T>) {
    this.key = [name];
    this.#pages = pages;
  }

  /** The query that loads everything; readers see the first page as it arrives, and then each time that there is twice as much. */
  query(transport: Transport, client: QueryClient) {
    return queryOptions({
      queryKey: this.key,
      staleTime: Infinity, // events keep it current
      queryFn: async ({ signal }): Promise<Records<T>> => {
        await turn();
        this.#changedWhileLoading = new Set();
        const loaded = new Map<string, T>();
        // Whoever has a list already is not shown it shrink and grow again.
        let next = client.getQueryData<Records<T>>(this.key) === undefined ? 1 : Infinity;
        for await (const page of this.#pages(transport, signal)) {
          for (const record of page) loaded.set(record.name, record);
          if (loaded.size < next) continue;
          client.setQueryData<Records<T>>(this.key, this.#merged(client, loaded));
          next = 2 * loaded.size;
        }
        return this.#merged(client, loaded);
      },
    });
  }

  /** Takes in a resource that was created or changed. */
  upsert(client: QueryClient, record: T): void {
    if (this.#deleted.has(record.name)) return;
    this.#changedWhileLoading.add(record.name);
    client.setQueryData<Records<T>>(this.key, (records) => {
      const known = records?.get(record.name);
      if (known && known.revision >= record.revision) return records;
      return new Map(records).set(record.name, record);
    });
  }

  /** Forgets a resource that was deleted. */
  remove(client: QueryClient, name: string): void {
    this.#deleted.add(name);
    client.setQueryData<Records<T>>(this.key, (records) => {
      if (!records?.has(name)) return records;
      const rest = new Map(records);
      rest.delete(name);
      return rest;
    });
  }

  #merged(client: QueryClient, loaded: ReadonlyMap<string, T>): Records<T> {
    const known = client.getQueryData<Records<T>>(this.key);
    const merged = new Map<string, T>();
    for (const record of loaded.values()) {
      const other = known?.get(record.name);
      if (!this.#deleted.has(record.name)) {
        merged.set(record.name, other && other.revision >= record.revision ? other : record);
      }
    }
    for (const name of this.#changedWhileLoading) {
      const record = known?.get(name);
      if (record && !merged.has(name) && !this.#deleted.has(name)) merged.set(name, record);
    }
    return merged;
  }
}
