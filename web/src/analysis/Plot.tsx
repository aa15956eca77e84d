import { type ReactNode, useId } from "react";

import { ON_AXIS } from "../studio/use-touch";
import { text } from "../text/en";
import { preciseClock } from "../text/format";
import { type Cursor, pixelOf, useAxis, useCursor } from "./axis";
import { Explanation } from "./Explanation";
import styles from "./Plot.module.css";

/** A value of the upright axis. */
export interface Mark {
  /** From 0 at the bottom to 1 at the top. */
  share: number;
  text: string;
}

/** A point that is marked where the cursor crosses a plot. */
export interface Dot {
  share: number;
  colour: string;
}

/** What every plot has: its name, unit and meaning, a sentence that says what it shows, the axes, the cursor and what is read there. */
export function Plot({
  title,
  unit,
  about,
  source,
  summary,
  height,
  marks = [],
  legend,
  reading,
  dots,
  children,
}: {
  title: string;
  unit?: string;
  /** What it means and how to read it. */
  about: string;
  /** The stems it was measured on, empty = the mix; absent where that is not told. */
  source?: readonly string[] | undefined;
  summary: string;
  height: number;
  marks?: readonly Mark[];
  legend?: ReactNode;
  /** What is at the cursor; absent for plots whose parts speak for themselves. */
  reading?: (cursor: Cursor) => string;
  dots?: (second: number) => readonly Dot[];
  children: ReactNode;
}) {
  const heading = useId();
  const words = useId();
  return (
    <section className={styles.plot} aria-labelledby={heading}>
      <header className={styles.header}>
        <h3 id={heading}>{title}</h3>
        {unit && <span className={styles.unit}>{unit}</span>}
        <Explanation title={title} words={about} source={source} />
        <p id={words} className={styles.summary}>
          {summary}
        </p>
        {legend}
      </header>
      <div className={styles.body} style={{ height }}>
        <div className={styles.marks} aria-hidden>
          {marks.map(({ share, text }) => (
            <span key={text} style={{ bottom: `${share * 100}%` }}>
              {text}
            </span>
          ))}
        </div>
        {reading ? (
          <Readable title={title} words={words} reading={reading} dots={dots}>
            {children}
          </Readable>
        ) : (
          <div className={styles.area} role="group" aria-labelledby={heading} {...{ [ON_AXIS]: "" }}>
            {children}
            <CursorLine />
          </div>
        )}
      </div>
    </section>
  );
}

/** The attribute by which the pointer finds the plot that it is over. */
export const PLOT = "data-plot";

function Readable({
  title,
  words,
  reading,
  dots,
  children,
}: {
  title: string;
  words: string;
  reading: (cursor: Cursor) => string;
  dots: ((second: number) => readonly Dot[]) | undefined;
  children: ReactNode;
}) {
  const { seconds, cursor: store } = useAxis();
  const cursor = useCursor();
  const read = cursor && (reading(cursor) || text.analysis.plots.nothing);
  return (
    <div
      className={styles.area}
      role="slider"
      tabIndex={0}
      aria-label={title}
      aria-describedby={words}
      aria-valuemin={0}
      aria-valuemax={Math.round(seconds)}
      aria-valuenow={Math.round(cursor?.second ?? store.last)}
      aria-valuetext={text.analysis.plots.at(preciseClock(cursor?.second ?? store.last), read ?? "")}
      {...{ [PLOT]: title, [ON_AXIS]: "" }}
    >
      {children}
      <CursorLine words={read} dots={cursor && dots?.(cursor.second)} />
    </div>
  );
}

/** Between the cursor and its words, and from there to the edge. */
const GAP = 16;

function CursorLine({ words, dots }: { words?: string | undefined; dots?: readonly Dot[] | undefined }) {
  const axis = useAxis();
  const cursor = useCursor();
  if (!cursor) return null;
  const x = pixelOf(axis, cursor.second);
  if (x < -1 || x > axis.width + 1) return null;
  const left = x > axis.width / 2;
  return (
    <span className={styles.cursor} style={{ transform: `translateX(${x}px)` }} aria-hidden>
      {dots?.map(({ share, colour }) => <i key={colour} style={{ bottom: `${share * 100}%`, background: colour }} />)}
      {words && (
        <span className={styles.reading} data-left={left} style={{ maxWidth: (left ? x : axis.width - x) - GAP }}>
          {words}
        </span>
      )}
    </span>
  );
}
