import { useSyncExternalStore } from "react";

/** One short notice at the edge of the page. */
export interface Toast {
  id: number;
  text: string;
  /** A second line. */
  detail?: string | undefined;
  danger?: boolean;
  /** What can be done about it, for as long as it shows. */
  action?: { text: string; run: () => void };
  /** How long it shows, in milliseconds. */
  duration: number;
}

let shown: readonly Toast[] = [];
let nextId = 1;
const listeners = new Set<() => void>();

/** Shows a notice; returns its id. */
export function toast(notice: Omit<Toast, "id" | "duration"> & { duration?: number }): number {
  const id = nextId++;
  change([...shown.slice(-2), { duration: notice.danger ? 10_000 : 6_000, ...notice, id }]);
  return id;
}

/** Takes a notice away. */
export function dismiss(id: number): void {
  change(shown.filter((one) => one.id !== id));
}

/** The notices that show now. */
export function useToasts(): readonly Toast[] {
  return useSyncExternalStore(subscribe, () => shown);
}

function change(next: readonly Toast[]): void {
  shown = next;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
