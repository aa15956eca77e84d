import { createClient, type Transport } from "@connectrpc/connect";
import { useTransport } from "@connectrpc/connect-query";
import { LibraryService } from "@sound-forge-alchemy/api/alchemy/library/v1/library_service_pb.js";
import type { Track } from "@sound-forge-alchemy/api/alchemy/library/v1/track_pb.js";
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useSyncExternalStore } from "react";

import { tracks as trackCollection } from "../api/collections";
import { text } from "../text/en";
import { dismiss, toast } from "../ui/toasts";
import { tell, withEach } from "./batch";

/** How long a deletion can be undone. The server cannot undo one, so it is told only then. */
export const UNDO_MS = 6_000;

let doomed: ReadonlySet<string> = new Set();
const listeners = new Set<() => void>();

/** Names of tracks that are about to be deleted; views leave them out. Closing the page before their time keeps them. */
export function useDoomed(): ReadonlySet<string> {
  return useSyncExternalStore(subscribe, () => doomed);
}

/** Deletes tracks, unless it is undone in time. */
export function useDelete(): (tracks: readonly Track[]) => void {
  const transport = useTransport();
  const client = useQueryClient();
  return useCallback(
    (tracks: readonly Track[]) => {
      const names = tracks.map((track) => track.name);
      change(names, true);
      const timer = setTimeout(() => {
        dismiss(notice);
        void destroy(transport, names, (name) => trackCollection.remove(client, name)).finally(() => change(names, false));
      }, UNDO_MS);
      const undo = () => {
        clearTimeout(timer);
        change(names, false);
      };
      const notice = toast({
        text: text.library.deleted(tracks.length, tracks[0]?.title ?? ""),
        action: { text: text.common.undo, run: undo },
        duration: UNDO_MS,
      });
    },
    [transport, client],
  );
}

async function destroy(transport: Transport, names: readonly string[], onDeleted: (name: string) => void): Promise<void> {
  const library = createClient(LibraryService, transport);
  const { failures } = await withEach(names, async (name) => {
    await library.deleteTrack({ name });
    onDeleted(name);
  });
  const kept = failures.filter(({ reason }) => reason !== "TRACK_NOT_FOUND"); // somebody else was quicker
  tell("", text.library.notDeleted, kept);
}

function change(names: readonly string[], add: boolean): void {
  const next = new Set(doomed);
  for (const name of names) {
    if (add) next.add(name);
    else next.delete(name);
  }
  doomed = next;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
