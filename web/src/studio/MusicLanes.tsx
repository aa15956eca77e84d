import type { CSSProperties, ReactNode } from "react";
import { useMemo, useSyncExternalStore } from "react";

import { at, type Chord, type Music, type Span } from "../music/music";
import { camelotCode, chordName, chordRoot, type PlainKey, shortKey, tonicName } from "../music/pitch";
import { text } from "../text/en";
import { clock } from "../text/format";
import { classes } from "../ui/classes";
import { Tooltip } from "../ui/Tooltip";
import styles from "./MusicLanes.module.css";
import type { Session } from "./session";
import type { ViewWindow } from "./view-window";

/** What analysis knows, above the stems and on their timeline; it thins out where there is no room. */
export function MusicLanes({
  session,
  music,
  view,
  width,
  loop,
  semitones,
  simple,
  onSimple,
  onLoop,
}: {
  session: Session;
  music: Music;
  view: ViewWindow;
  width: number;
  loop: Span | undefined;
  /** By how much the pitch is moved: names follow it. */
  semitones: number;
  simple: boolean;
  onSimple: (simple: boolean) => void;
  onLoop: (loop: Span | undefined) => void;
}) {
  const place = (span: Span): CSSProperties => ({
    left: ((span.start - view.start) / view.length) * width,
    width: Math.max(1, ((span.end - span.start) / view.length) * width - 1),
  });
  const pixels = (span: Span) => ((span.end - span.start) / view.length) * width;
  const inView = (span: Span) => span.end > view.start && span.start < view.start + view.length;
  const shiftedKey = (key: PlainKey): PlainKey => ({ ...key, tonic: (((key.tonic + semitones) % 12) + 12) % 12 });
  const keyAt = (second: number) => {
    const key = at(music.keys, second)?.key ?? music.key;
    return key && shiftedKey(key);
  };
  return (
    <>
      {music.sections.length > 0 && (
        <Lane title={text.desk.lanes.sections} width={width}>
          {music.sections.filter(inView).map((section) => {
            const label = text.desk.sections[section.label] ?? section.label;
            const chosen = loop?.start === section.start && loop.end === section.end;
            const from = Math.max(0, view.start - section.start);
            return (
              <button
                key={section.start}
                type="button"
                className={classes(styles.section, chosen && styles.chosen)}
                style={{ ...place(section), "--group": `var(--group-${groupOf(section.group)})` } as CSSProperties}
                aria-pressed={chosen}
                aria-label={text.desk.section(label, section.group, clock(section.start), clock(section.end))}
                title={`${label} ${section.group}`}
                onClick={() => onLoop(chosen ? undefined : { start: section.start, end: section.end })}
              >
                <span style={{ marginLeft: (from / view.length) * width }}>
                  {pixels(section) > label.length * 7 + 16 && label} {pixels(section) > label.length * 7 + 32 && <i>{section.group}</i>}
                </span>
              </button>
            );
          })}
        </Lane>
      )}
      {(music.cues.length > 0 || music.loops.length > 0) && (
        <Lane title={text.desk.lanes.hints} width={width} roomy>
          {music.loops.filter(inView).map((hint) => (
            <Tooltip key={hint.start} text={text.desk.loopHintLong(hint.bars, clock(hint.start))}>
              <button
                type="button"
                className={styles.hint}
                style={place(hint)}
                aria-label={text.desk.loopHintLong(hint.bars, clock(hint.start))}
                aria-pressed={loop?.start === hint.start && loop.end === hint.end}
                onClick={() => onLoop({ start: hint.start, end: hint.end })}
              >
                {pixels(hint) > 52 && text.desk.loopHint(hint.bars)}
              </button>
            </Tooltip>
          ))}
          {music.cues
            .filter(({ time }) => time >= view.start && time <= view.start + view.length)
            .map(({ time, kind }) => {
              const label = text.desk.cue(text.desk.cues[kind] ?? kind, clock(time));
              return (
                <Tooltip key={`${kind}${time}`} text={label}>
                  <button
                    type="button"
                    className={styles.cue}
                    style={{ left: ((time - view.start) / view.length) * width }}
                    aria-label={label}
                    onClick={() => session.seek(time)}
                  />
                </Tooltip>
              );
            })}
        </Lane>
      )}
      {music.chords.length > 0 && (
        <Lane
          title={text.desk.lanes.chords}
          width={width}
          tool={
            <button type="button" className={classes(styles.toggle, simple && styles.on)} aria-pressed={simple} title={text.desk.simpleHint} onClick={() => onSimple(!simple)}>
              {text.desk.simple}
            </button>
          }
        >
          <ChordLane session={session} chords={music.chords} view={view} width={width} semitones={semitones} simple={simple} keyAt={keyAt} />
        </Lane>
      )}
      {music.beats.length > 1 && (
        <Lane title={text.desk.lanes.bars} width={width}>
          <Bars music={music} view={view} width={width} />
        </Lane>
      )}
      {music.keys.length > 1 && (
        <Lane title={text.desk.lanes.key} width={width} roomy>
          {music.keys.filter(inView).map((span) => {
            const key = shiftedKey(span.key);
            const name = text.desk.keyWith(text.desk.keyName(tonicName(key), key.minor), camelotCode(key));
            return (
              <span key={span.start} className={styles.key} style={place(span)} title={name}>
                {pixels(span) > 110 ? name : pixels(span) > 28 ? shortKey(key) : ""}
              </span>
            );
          })}
        </Lane>
      )}
    </>
  );
}

function Lane({ title, width, tool, roomy, children }: { title: string; width: number; tool?: ReactNode; roomy?: boolean; children: ReactNode }) {
  return (
    <div className={classes(styles.lane, roomy && styles.roomy)} role="group" aria-label={title}>
      <div className={styles.label}>
        <span>{title}</span>
        {tool}
      </div>
      <div className={styles.content} style={{ width }}>
        {children}
      </div>
    </div>
  );
}

/** A chord narrower than this is not drawn beside one that is drawn already. */
const THIN_PIXELS = 3;
const LETTER_PIXELS = 9;

function ChordLane({
  session,
  chords,
  view,
  width,
  semitones,
  simple,
  keyAt,
}: {
  session: Session;
  chords: readonly Chord[];
  view: ViewWindow;
  width: number;
  semitones: number;
  simple: boolean;
  keyAt: (second: number) => PlainKey | undefined;
}) {
  const now = useSyncExternalStore(session.subscribe, () => at(chords, session.seconds)?.start);
  const shown = useMemo(() => thinned(chords, view, width, simple), [chords, view, width, simple]);
  return shown.map(({ start, end, label, triad }) => {
    const root = chordRoot(label, semitones);
    if (root === undefined) return null;
    const name = chordName(label, semitones, keyAt(start));
    const pixels = ((end - start) / view.length) * width;
    return (
      <span
        key={start}
        className={classes(styles.chord, now !== undefined && now >= start && now < end && styles.now)}
        style={{ left: ((start - view.start) / view.length) * width, width: Math.max(1, pixels - 1) }}
        title={name}
      >
        {[name, chordName(triad, semitones, keyAt(start))].find(({ length }) => pixels > length * LETTER_PIXELS + 4)}
      </span>
    );
  });
}

/** A chord as it is drawn: by its name, or by its triad where that does not fit. */
interface Shown extends Span {
  label: string;
  triad: string;
}

/** The chords in view, equal neighbours as one, without those for which there is no room. */
function thinned(chords: readonly Chord[], view: ViewWindow, width: number, simple: boolean): Shown[] {
  const shown: Shown[] = [];
  const shortest = (THIN_PIXELS / width) * view.length;
  for (const chord of chords) {
    if (chord.end <= view.start || chord.start >= view.start + view.length) continue;
    const label = simple ? chord.simple : chord.label;
    const last = shown.at(-1);
    if (last?.label === label && chord.start - last.end < 0.01) last.end = chord.end;
    else if (chord.end - chord.start >= shortest || !last || chord.start - last.start >= shortest) shown.push({ start: chord.start, end: chord.end, label, triad: chord.simple });
  }
  return shown;
}

const BEAT_PIXELS = 7;
const NUMBER_PIXELS = 44;

function Bars({ music, view, width }: { music: Music; view: ViewWindow; width: number }) {
  const { beats } = music;
  const left = (time: number) => ((time - view.start) / view.length) * width;
  const inView = beats.filter(({ time }) => time >= view.start && time <= view.start + view.length);
  const downbeats = inView.filter(({ position }) => position === 1);
  const gap = (times: readonly { time: number }[]) =>
    times.length > 1 ? (left(times.at(-1)?.time ?? 0) - left(times[0]?.time ?? 0)) / (times.length - 1) : width;
  const barGap = gap(downbeats);
  const everyBar = powerFor(BEAT_PIXELS / barGap);
  const everyNumber = powerFor(NUMBER_PIXELS / barGap);
  const ticks = (gap(inView) >= BEAT_PIXELS ? inView : downbeats.filter(({ bar }) => (bar - 1) % everyBar === 0)).map(({ time, position }) => {
    const tall = position === 1;
    return `M${(Math.round(left(time)) + 0.5).toString()} ${tall ? 4 : 13}V20`;
  });
  return (
    <>
      <svg className={styles.ticks} width={width} height={20} aria-hidden>
        <path d={ticks.join("")} />
      </svg>
      {downbeats
        .filter(({ bar }) => (bar - 1) % everyNumber === 0)
        .map(({ time, bar }) => (
          <span key={bar} className={styles.number} style={{ left: left(time) + 4 }} aria-hidden>
            {bar}
          </span>
        ))}
    </>
  );
}

function powerFor(times: number): number {
  return 2 ** Math.max(0, Math.ceil(Math.log2(times)));
}

const GROUPS = 6;

function groupOf(letter: string): number {
  return (((letter.charCodeAt(0) - 65) % GROUPS) + GROUPS) % GROUPS;
}
