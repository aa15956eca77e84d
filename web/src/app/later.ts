import { type ComponentType, lazy } from "react";

/**
 * A component that the first view does without. Its code is fetched when the browser has nothing else to do, so that it opens
 * at once all the same, also when the mesh has gone meanwhile.
 */
export function later<Props>(load: () => Promise<{ default: ComponentType<Props> }>) {
  whenIdle(() => void load().catch(() => undefined)); // it is fetched again when it is wanted, and fails there if it must
  return lazy(load);
}

function whenIdle(work: () => void): void {
  // Safari knows no idle time.
  if ("requestIdleCallback" in globalThis) requestIdleCallback(work);
  else setTimeout(work, 2000);
}
