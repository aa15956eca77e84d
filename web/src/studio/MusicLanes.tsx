import type { Curve } from "@sound-forge-alchemy/api/alchemy/analysis/v1/results_pb.js";
import type { CSSProperties, ReactNode } from "react";

import { at, type Music, type Span } from "../music/music";
import { camelotCode, type PlainKey, shortKey, tonicName } from "../music/pitch";
import { text } from "../text/en";
import { clock } from "../text/format";
import { classes } from "../ui/classes";
import { groupColour } from "../ui/groups";
import { Tooltip } from "../ui/Tooltip";
import { Bars } from "./Bars";
import { ChordLane } from "./ChordLane";
import { LoudnessLane, LoudnessNow } from "./LoudnessLane";
import styles from "./MusicLanes.module.css";
import type { Session } from "./session";
import { ON_AXIS } from "./use-touch";
import type { ViewWindow } from "./view-window";

/** What analysis knows, above the stems and on their timeline; it thins out where there is no room. */
export function MusicLanes({
  session,
  music,
  loudness,
  begin,
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
  /** Short-term loudness of the track; undefined while it is not known. */
  loudness: Curve | undefined;
  /** Where in the track what is played begins, in seconds. */
  begin: number;
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
                style={{ ...place(section), "--group": groupColour(section.group) } as CSSProperties}
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
      {loudness && (
        <Lane title={text.desk.lanes.loudness} width={width} tool={<LoudnessNow session={session} curve={loudness} begin={begin} />}>
          <LoudnessLane curve={loudness} integrated={music.integratedLufs} begin={begin} view={view} width={width} height={24} />
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
      <div className={styles.content} style={{ width }} {...{ [ON_AXIS]: "" }}>
        {children}
      </div>
    </div>
  );
}
