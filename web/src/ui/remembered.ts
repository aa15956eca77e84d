import { useCallback, useSyncExternalStore } from "react";

const values = new Map<string, unknown>();
const listeners = new Set<() => void>();

/**
 * State that this browser remembers, the same wherever on the page it is used. `read` checks what was stored, and gives the
 * default for what it cannot use.
 */
export function useRemembered<T>(key: string, read: (stored: unknown) => T): [T, (value: T) => void] {
  const value = useSyncExternalStore(subscribe, () => {
    if (!values.has(key)) values.set(key, read(load(key)));
    return values.get(key) as T;
  });
  const remember = useCallback(
    (next: T) => {
      values.set(key, next);
      store(key, next);
      for (const listener of listeners) listener();
    },
    [key],
  );
  return [value, remember];
}

function load(key: string): unknown {
  try {
    return JSON.parse(localStorage.getItem(`studio.${key}`) ?? "null");
  } catch {
    return null; // storage is switched off, or holds something else
  }
}

function store(key: string, value: unknown): void {
  try {
    localStorage.setItem(`studio.${key}`, JSON.stringify(value));
  } catch {
    // Storage is switched off or full: the choice holds as long as the page.
  }
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
