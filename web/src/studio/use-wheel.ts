import { type RefObject, useEffect } from "react";

import { moved, type ViewWindow, zoomed } from "./view-window";

/** Zooms by the wheel with Ctrl or Command, and moves by a wheel that goes sideways or with Shift, over an element whose time axis begins `inset` pixels from its left. */
export function useWheel(
  target: RefObject<HTMLElement | null>,
  width: number,
  seconds: number,
  onView: (change: (view: ViewWindow) => ViewWindow) => void,
  inset = 0,
): void {
  useEffect(() => {
    const element = target.current;
    if (!element) return;
    // React's own wheel listeners are passive: they could not keep the page from zooming.
    const wheel = (event: WheelEvent) => {
      const x = event.clientX - element.getBoundingClientRect().left - inset;
      if (event.ctrlKey || event.metaKey) {
        event.preventDefault();
        onView((before) => zoomed(before, Math.exp(event.deltaY / 200), before.start + (x / width) * before.length, seconds));
      } else if (event.deltaX !== 0 || event.shiftKey) {
        event.preventDefault();
        onView((before) => moved(before, ((event.deltaX || event.deltaY) / width) * before.length, seconds));
      }
    };
    element.addEventListener("wheel", wheel, { passive: false });
    return () => element.removeEventListener("wheel", wheel);
  }, [target, onView, width, seconds, inset]);
}
