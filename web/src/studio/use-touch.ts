import { type RefObject, useEffect, useRef } from "react";

import { carried, Fingers } from "./touch";
import type { ViewWindow } from "./view-window";

/** The attribute of what lies on a time axis: fingers that are put down there are of the axis. Its `touch-action` is `pan-y`. */
export const ON_AXIS = "data-on-axis";

/** Where a finger is: in pixels from where the axis begins, and as the browser told it. */
export interface Touched {
  x: number;
  event: PointerEvent;
}

/**
 * Fingers within `target` on a time axis that begins `inset` pixels from the left of `origin`: two zoom, one moves along, and a tap is handed to
 * `onTap`, unless it is on a button. Up and down is left to the page, which scrolls. `onRead` is told of one finger while there is
 * nothing to move along.
 */
export function useTouch(
  target: RefObject<HTMLElement | null>,
  axis: { origin: RefObject<HTMLElement | null>; inset: number; width: number; seconds: number; whole: boolean },
  act: {
    onView: (change: (view: ViewWindow) => ViewWindow) => void;
    onTap: (at: Touched) => void;
    onRead?: (at: Touched) => void;
  },
): void {
  const latest = useRef({ axis, act });
  useEffect(() => {
    latest.current = { axis, act };
  });
  useEffect(() => {
    const element = target.current;
    if (!element) return;
    const fingers = new Fingers();
    const at = ({ clientX, clientY }: PointerEvent) => {
      const { origin, inset } = latest.current.axis;
      return { x: clientX - (origin.current?.getBoundingClientRect().left ?? 0) - inset, y: clientY };
    };
    const press = (event: PointerEvent) => {
      if (event.pointerType !== "touch" || !(event.target instanceof Element) || !event.target.closest(`[${ON_AXIS}]`)) return;
      fingers.press(event.pointerId, at(event), event.timeStamp);
    };
    const move = (event: PointerEvent) => {
      const motion = fingers.move(event.pointerId, at(event));
      if (!motion) return;
      element.setPointerCapture(event.pointerId); // what it began on may go out of sight
      const { axis, act } = latest.current;
      if (axis.whole && motion.from.length === 1) act.onRead?.({ x: at(event).x, event });
      else act.onView((view) => carried(view, motion, axis.width, axis.seconds));
    };
    const lift = (event: PointerEvent) => {
      const button = event.target instanceof Element && event.target.closest("button");
      if (fingers.lift(event.pointerId, event.timeStamp) && !button) latest.current.act.onTap({ x: at(event).x, event });
    };
    const drop = (event: PointerEvent) => void fingers.lift(event.pointerId, Infinity); // the page scrolls
    const hold = (event: TouchEvent) => {
      if (fingers.count > 1 && event.cancelable) event.preventDefault(); // two fingers do not scroll
    };
    element.addEventListener("pointerdown", press);
    element.addEventListener("pointermove", move);
    element.addEventListener("pointerup", lift);
    element.addEventListener("pointercancel", drop);
    element.addEventListener("touchmove", hold, { passive: false });
    return () => {
      element.removeEventListener("pointerdown", press);
      element.removeEventListener("pointermove", move);
      element.removeEventListener("pointerup", lift);
      element.removeEventListener("pointercancel", drop);
      element.removeEventListener("touchmove", hold);
    };
  }, [target]);
}
