import { Maximize2, ZoomIn, ZoomOut } from "lucide-react";
import { type KeyboardEvent, type PointerEvent, useRef } from "react";

import { moved, rulerMarks } from "../studio/view-window";
import { text } from "../text/en";
import { clock, preciseClock } from "../text/format";
import { IconButton } from "../ui/Button";
import { pixelOf, useAxis, useCursor } from "./axis";
import styles from "./TimeRuler.module.css";

const MARK_PIXELS = 88;
/** Of the words of a mark: those at the end have no room. */
const WORDS_PIXELS = 40;

/** The seconds above all plots, where the cursor is among them, and how to see more or less of the song. */
export function TimeRuler({ onZoom }: { onZoom: (factor: number) => void }) {
  const axis = useAxis();
  const { view, width, seconds } = axis;
  const cursor = useCursor();
  const whole = view.length >= seconds;
  return (
    <div className={styles.ruler}>
      <div className={styles.zoom}>
        <p className={styles.hint}>{text.analysis.plots.hint}</p>
        <IconButton label={text.studio.zoomOut} icon={ZoomOut} disabled={whole} onClick={() => onZoom(2)} />
        <IconButton label={text.studio.zoomIn} icon={ZoomIn} onClick={() => onZoom(0.5)} />
        <IconButton label={text.studio.zoomAll} icon={Maximize2} disabled={whole} onClick={() => onZoom(0)} />
      </div>
      {!whole && <Overview />}
      <div className={styles.marks} style={{ width }} aria-hidden>
        {rulerMarks(view, width / MARK_PIXELS).map((second) => (
          <span key={second} className={styles.mark} style={{ left: pixelOf(axis, second) }}>
            {pixelOf(axis, second) < width - WORDS_PIXELS && (view.length < 8 ? preciseClock(second) : clock(second))}
          </span>
        ))}
        {cursor && (
          <span className={styles.now} style={{ left: Math.max(22, Math.min(width - 22, pixelOf(axis, cursor.second))) }}>
            {preciseClock(cursor.second)}
          </span>
        )}
      </div>
    </div>
  );
}

/** Which part of the song is in sight; it is dragged, or moved by the arrow keys. */
function Overview() {
  const { view, seconds, width, onView } = useAxis();
  const from = useRef<number>(undefined);
  const drag = (event: PointerEvent) => {
    if (from.current === undefined) return;
    const by = ((event.clientX - from.current) / width) * seconds;
    from.current = event.clientX;
    onView((before) => moved(before, by, seconds));
  };
  const press = (event: KeyboardEvent) => {
    const by = { ArrowLeft: -0.1, ArrowRight: 0.1, PageUp: -1, PageDown: 1, Home: -Infinity, End: Infinity }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    onView((before) => moved(before, Number.isFinite(by) ? by * before.length : by > 0 ? seconds : -seconds, seconds));
  };
  return (
    <div className={styles.overview} style={{ width }}>
      <span
        className={styles.window}
        style={{ left: `${(view.start / seconds) * 100}%`, width: `${(view.length / seconds) * 100}%` }}
        role="slider"
        tabIndex={0}
        aria-label={text.analysis.plots.overview}
        aria-valuemin={0}
        aria-valuemax={Math.round(seconds)}
        aria-valuenow={Math.round(view.start)}
        aria-valuetext={`${preciseClock(view.start)} – ${preciseClock(view.start + view.length)}`}
        onKeyDown={press}
        onPointerDown={(event) => {
          from.current = event.clientX;
          event.currentTarget.setPointerCapture(event.pointerId);
        }}
        onPointerMove={drag}
        onPointerUp={() => (from.current = undefined)}
        onPointerCancel={() => (from.current = undefined)}
      />
    </div>
  );
}
