import { type KeyboardEvent, type PointerEvent, type ReactNode, useEffect, useRef, useState } from "react";

import { type Beat, snapFor, snapped, snappedPart, type Span, stepped } from "../music/music";
import { text } from "../text/en";
import { clock, preciseClock } from "../text/format";
import type { Session } from "./session";
import styles from "./Timeline.module.css";
import { ON_AXIS, useTouch } from "./use-touch";
import { useWheel } from "./use-wheel";
import { rulerMarks, type ViewWindow } from "./view-window";

/** A part of the song, in seconds. */
export type Part = Span;

/** A drag shorter than this is a click. */
const CLICK_PIXELS = 4;
const STEP_SECONDS = 5;
const MARK_PIXELS = 88;
/** A mark whose label would be cut off is left out. */
const LABEL_PIXELS = 30;

/** The ruler and the lanes below it: a click goes there, a drag along the ruler makes a loop, the wheel or two fingers zoom and move. */
export function Timeline({
  session,
  seconds,
  view,
  width,
  loop,
  beats,
  head,
  lanes,
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
  /** What loops are drawn to. */
  beats: readonly Beat[];
  /** Beside the ruler, or above it where there is no room. */
  head: ReactNode;
  /** Between the ruler and the stems; they stay in sight with the ruler. */
  lanes: ReactNode;
  onView: (change: (view: ViewWindow) => ViewWindow) => void;
  onLoop: (loop: Part | undefined) => void;
  children: ReactNode;
}) {
  const element = useRef<HTMLDivElement>(null);
  const area = useRef<HTMLDivElement>(null);
  const [drawn, setDrawn] = useState<Part>();
  const from = useRef<{ x: number; seconds: number }>(undefined);
  const at = (x: number) => Math.max(0, Math.min(seconds, view.start + (x / width) * view.length));
  const snap = snapFor(beats, width / view.length);
  const left = (second: number) => ((second - view.start) / view.length) * width;

  useWheel(area, width, seconds, onView);
  useTouch(
    element,
    { origin: area, inset: 0, width, seconds, whole: view.length >= seconds },
    { onView, onTap: ({ x }) => session.seek(at(x)) },
  );

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
    const part = { start: Math.min(start.seconds, here), end: Math.max(start.seconds, here) };
    setDrawn(isFree(event) ? part : snappedPart(beats, snap, part));
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
    <div ref={element} className={styles.timeline}>
      <div className={styles.ruler}>
        <div className={styles.head}>{head}</div>
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
          {rulerMarks(view, width / MARK_PIXELS).filter((second) => left(second) < width - LABEL_PIXELS).map((second) => (
            <span key={second} className={styles.mark} style={{ left: left(second) }}>
              {view.length < 8 ? preciseClock(second) : clock(second)}
            </span>
          ))}
          {shown && <span className={styles.handle} style={{ left: left(shown.start), width: left(shown.end) - left(shown.start) }} />}
        </div>
        {loop && (
          <div className={styles.edges} style={{ width }}>
            {(["start", "end"] as const).map((end) => (
              <LoopEdge
                key={end}
                end={end}
                loop={loop}
                seconds={seconds}
                left={left(loop[end])}
                secondsPerPixel={view.length / width}
                step={(steps) => (beats.length > 1 ? stepped(beats, snap, loop[end], steps) : loop[end] + steps / 10)}
                snap={(second) => snapped(beats, snap, second)}
                onLoop={onLoop}
              />
            ))}
          </div>
        )}
        {lanes}
      </div>
      <div className={styles.lanes}>
        {children}
        <div ref={area} className={styles.area} style={{ width }} {...{ [ON_AXIS]: "" }} onPointerDown={(event) => event.pointerType !== "touch" && press(event)} onPointerUp={release} onPointerCancel={release}>
          {shown && <span className={styles.loop} style={{ left: left(shown.start), width: left(shown.end) - left(shown.start) }} />}
          <Playhead session={session} view={view} width={width} />
        </div>
      </div>
    </div>
  );
}

/** Alt, Ctrl or Command: what is dragged goes where the hand goes. */
function isFree(event: PointerEvent): boolean {
  return event.altKey || event.ctrlKey || event.metaKey;
}

/** One end of the loop: it is dragged, or walks along the beats by the arrow keys. */
function LoopEdge({
  end,
  loop,
  seconds,
  left,
  secondsPerPixel,
  step,
  snap,
  onLoop,
}: {
  end: "start" | "end";
  loop: Part;
  seconds: number;
  left: number;
  secondsPerPixel: number;
  step: (steps: number) => number;
  snap: (second: number) => number;
  onLoop: (loop: Part) => void;
}) {
  const from = useRef<{ x: number; second: number }>(undefined);
  const move = (second: number) => {
    const moved = { ...loop, [end]: Math.max(0, Math.min(seconds, second)) };
    if (moved.end - moved.start > 0.01) onLoop(moved);
  };
  return (
    <span
      className={styles.edge}
      style={{ left }}
      role="slider"
      tabIndex={0}
      aria-label={end === "start" ? text.desk.loopStart : text.desk.loopEnd}
      aria-valuemin={0}
      aria-valuemax={Math.round(seconds)}
      aria-valuenow={Math.round(loop[end])}
      aria-valuetext={preciseClock(loop[end])}
      onPointerDown={(event) => {
        from.current = { x: event.clientX, second: loop[end] };
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={(event) => {
        if (!from.current) return;
        const second = from.current.second + (event.clientX - from.current.x) * secondsPerPixel;
        move(isFree(event) ? second : snap(second));
      }}
      onPointerUp={() => (from.current = undefined)}
      onPointerCancel={() => (from.current = undefined)}
      onKeyDown={(event) => {
        if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
        event.preventDefault();
        event.stopPropagation();
        move(step(event.key === "ArrowLeft" ? -1 : 1));
      }}
    />
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
