import { type ComponentProps, type MouseEvent, useSyncExternalStore } from "react";

/** Where in the studio somebody is. */
export type Route =
  | { view: "library" }
  | { view: "jobs" }
  | { view: "models" }
  | { view: "system" }
  | { view: "track"; track: string }
  | { view: "analysis"; track: string }
  | { view: "unknown" };

const TRACK = /^\/(tracks\/[0-9a-z-]+)(\/analysis)?$/;

/** Reads an address of the studio. */
export function routeOf(pathname: string): Route {
  const [, track, analysis] = TRACK.exec(pathname) ?? [];
  if (track) return { view: analysis ? "analysis" : "track", track };
  switch (pathname) {
    case "/":
      return { view: "library" };
    case "/jobs":
      return { view: "jobs" };
    case "/models":
      return { view: "models" };
    case "/system":
      return { view: "system" };
    default:
      return { view: "unknown" };
  }
}

/** The address of a track's studio. `track` is its resource name. */
export function trackPath(track: string): string {
  return `/${track}`;
}

/** The address of what was measured of a track. `track` is its resource name. */
export function analysisPath(track: string): string {
  return `/${track}/analysis`;
}

/** Goes to another view. */
export function navigate(path: string): void {
  if (path !== window.location.pathname + window.location.search) window.history.pushState(null, "", path);
  window.dispatchEvent(new PopStateEvent("popstate"));
}

/** The present address. */
export function usePathname(): string {
  return useSyncExternalStore(onNavigation, () => window.location.pathname);
}

/** What follows the "?" of the present address: how a view is set, so that it can be kept and sent as a link. */
export function useQueryString(): string {
  return useSyncExternalStore(onNavigation, () => window.location.search.slice(1));
}

/** Sets a view otherwise. That is no step to come back from. */
export function replaceQuery(query: string): void {
  window.history.replaceState(window.history.state, "", `${window.location.pathname}${query && `?${query}`}`);
  window.dispatchEvent(new PopStateEvent("popstate"));
}

/** A link within the studio; opening it in another tab works as with any link. */
export function Link({ to, onClick, ...rest }: Omit<ComponentProps<"a">, "href"> & { to: string }) {
  const follow = (event: MouseEvent<HTMLAnchorElement>) => {
    onClick?.(event);
    const elsewhere = event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0;
    if (elsewhere || event.defaultPrevented) return;
    event.preventDefault();
    navigate(to);
  };
  return <a href={to} onClick={follow} {...rest} />;
}

function onNavigation(listener: () => void): () => void {
  window.addEventListener("popstate", listener);
  return () => window.removeEventListener("popstate", listener);
}
