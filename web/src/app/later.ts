import { type ComponentType, lazy } from "react";

const BEGINNING_MS = 3_000;

/**
 * A component that the first view does without. Its code is fetched when the page has begun, so that it opens at once all the
 * same, also when the mesh has gone meanwhile.
 */
export function later<Props>(load: () => Promise<{ default: ComponentType<Props> }>) {
  // What fails here is fetched again when it is wanted, and tells then.
  setTimeout(() => void load().catch(() => undefined), BEGINNING_MS);
  return lazy(load);
}
