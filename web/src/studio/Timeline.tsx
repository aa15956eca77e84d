import { type KeyboardEvent, type PointerEvent, type ReactNode, useEffect, useRef, useState } from "react";

import { text } from "../text/en";
import { clock, preciseClock } from "../text/format";
import type { Session } from "./session";
import styles from "./Timeline.module.css";
import { moved, rulerMarks, type ViewWindow, zoomed } from "./view-window";

/** A part of the song, in seconds. */
export interface Part {
  start: number;
  end: number;
}

/** A drag shorter than this is a click. */
const CLICK_PIXELS = 4;
const STEP_SECONDS = 5;
const MARK_PIXELS = 88;

/** The ruler and the lanes below it: a click goes there, a drag along the ruler makes a loop, the wheel zooms and moves. */
export function Timeline({
  session,
  seconds,
  view,
  width,
  loop,
  onView,
  onLoop,
  children,
}: {
  session: Session;
  seconds: number;
  view: ViewWindow;
  /** Of the waveforms, in pixels. */
  width: number;
  loop: Part | undefined;
  onView: (change: (view: ViewWindow) => ViewWindow) => void;
  onLoop: (loop: Part | undefined) => void;
  children: ReactNode;
}) {
  const area = useRef<HTMLDivElement>(null);
  const [drawn, setDrawn] = useState<Part>();
  const from = useRef<{ x: number; seconds: number }>(undefined);
  const at = (x: number) => Math.max(0, Math.min(seconds, view.start + (x / width) * view.length));
  const left = (second: number) => ((second - view.start) / view.length) * width;

  useEffect(() => {
    const element = area.current;
    if (!element) return;
    // React's own wheel listeners are passive: they could not keep the page from zooming.
    const wheel = (event: WheelEvent) => {
      const x = event.clientX - element.getBoundingClientRect().left;
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
  }, [onView, width, seconds]);

  const place = (event: PointerEvent<HTMLElement>) => event.clientX - event.currentTarget.getBoundingClientRect().left;
  const press = (event: PointerEvent<HTMLElement>) => {
    if (event.button !== 0) return;
    const x = place(event);
    from.current = { x, seconds: at(x) };
    event.currentTarget.setPointerCapture(event.pointerId);
  };
  const drag = (event: PointerEvent<HTMLElement>) => {
    const start = from.current;
    const x = place(event);
    if (!start || (!drawn && Math.abs(x - start.x) < CLICK_PIXELS)) return;
    const here = at(x);
    setDrawn({ start: Math.min(start.seconds, here), end: Math.max(start.seconds, here) });
  };
  const release = () => {
    if (!from.current) return;
    if (drawn) onLoop(drawn);
    else session.seek(from.current.seconds);
    from.current = undefined;
    setDrawn(undefined);
  };

  const shown = drawn ?? loop;
  return (
    <div className={styles.timeline}>
      <div className={styles.ruler}>
        <div
          className={styles.marks}
          style={{ width }}
          role="slider"
          tabIndex={0}
          aria-label={text.studio.position}
          aria-valuemin={0}
          aria-valuemax={Math.round(seconds)}
          aria-valuenow={Math.round(session.seconds)}
          aria-valuetext={preciseClock(session.seconds)}
          onPointerDown={press}
          onPointerMove={drag}
          onPointerUp={release}
          onPointerCancel={release}
          onKeyDown={(event) => stepBy(event, session, seconds)}
        >
          {rulerMarks(view, width / MARK_PIXELS).map((second) => (
            <span key={second} className={styles.mark} style={{ left: left(second) }}>
              {view.length < 8 ? preciseClock(second) : clock(second)}
            </span>
          ))}
          {shown && <span className={styles.handle} style={{ left: left(shown.start), width: left(shown.end) - left(shown.start) }} />}
        </div>
      </div>
      <div className={styles.lanes}>
        {children}
        <div ref={area} className={styles.area} style={{ width }} onPointerDown={press} onPointerUp={release} onPointerCancel={release}>
          {shown && <span className={styles.loop} style={{ left: left(shown.start), width: left(shown.end) - left(shown.start) }} />}
          <Playhead session={session} view={view} width={width} />
        </div>
      </div>
    </div>
  );
}

/** Where it sounds. It moves by itself, as the meters do. */
function Playhead({ session, view, width }: { session: Session; view: ViewWindow; width: number }) {
  const line = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    const move = () => {
      if (!line.current) return;
      const x = ((session.seconds - view.start) / view.length) * width;
      line.current.style.transform = `translateX(${x}px)`;
      line.current.style.visibility = x >= -1 && x <= width + 1 ? "visible" : "hidden";
    };
    move();
    return session.subscribe(move);
  }, [session, view, width]);
  return <span ref={line} className={styles.playhead} />;
}

function stepBy(event: KeyboardEvent, session: Session, seconds: number): void {
  const steps: Readonly<Partial<Record<string, number>>> = {
    ArrowLeft: session.seconds - STEP_SECONDS,
    ArrowRight: session.seconds + STEP_SECONDS,
    Home: 0,
    End: seconds,
  };
  const to = steps[event.key];
  if (to === undefined) return;
  event.preventDefault();
  event.stopPropagation();
  session.seek(Math.max(0, Math.min(seconds, to)));
}
