import { CircleQuestionMark, LoaderCircle, Pause, Play, Repeat, SkipBack } from "lucide-react";
import { type ReactNode, useRef, useSyncExternalStore } from "react";

import type { ClickSettings } from "../engine/click";
import type { Shift } from "../engine/player";
import { type Beat, beatAt } from "../music/music";
import { text } from "../text/en";
import { clock, preciseClock } from "../text/format";
import { useBottomInset } from "../ui/bottom-inset";
import { IconButton } from "../ui/Button";
import { classes } from "../ui/classes";
import { Fader } from "../ui/Fader";
import { Tooltip } from "../ui/Tooltip";
import { ClickMenu } from "./ClickMenu";
import type { Session } from "./session";
import type { Part } from "./Timeline";
import styles from "./TransportBar.module.css";

/** Play, position, loop, tempo, pitch; zoom where there is room for it. */
export function TransportBar({
  session,
  seconds,
  loop,
  shift,
  beats,
  click,
  onLoop,
  onShift,
  onClick,
  onHelp,
  narrow,
  zoom,
}: {
  session: Session;
  seconds: number;
  loop: Part | undefined;
  shift: Shift;
  beats: readonly Beat[];
  click: ClickSettings;
  onLoop: () => void;
  onShift: (shift: Shift) => void;
  onClick: (click: ClickSettings) => void;
  onHelp: () => void;
  /** Whether the buttons for zooming are elsewhere, since the bar is full without them. */
  narrow: boolean;
  zoom: ReactNode;
}) {
  const bar = useRef<HTMLDivElement>(null);
  useBottomInset(bar);
  const { ready, playing, waiting } = useSyncExternalStore(session.subscribe, session.playback);
  const help = <IconButton label={text.desk.help.open} icon={CircleQuestionMark} onClick={onHelp} />;
  const label = playing ? text.studio.pause : text.studio.play;
  return (
    <div ref={bar} className={styles.bar} role="toolbar" aria-label={text.studio.transport}>
      <div className={classes(styles.group, styles.playback)}>
        <IconButton label={text.studio.toStart} icon={SkipBack} onClick={() => session.seek(loop?.start ?? 0)} />
        <Tooltip text={label}>
          <button type="button" className={styles.play} aria-label={label} disabled={!ready} onClick={() => session.toggle()}>
            {!ready || waiting ? (
              <LoaderCircle size={22} aria-hidden className={styles.turning} />
            ) : playing ? (
              <Pause size={22} fill="currentColor" aria-hidden />
            ) : (
              <Play size={22} fill="currentColor" aria-hidden className={styles.triangle} />
            )}
          </button>
        </Tooltip>
        <IconButton
          label={loop ? text.studio.noLoop : text.studio.loop}
          icon={Repeat}
          aria-pressed={loop !== undefined}
          className={classes(loop && styles.on)}
          onClick={onLoop}
        />
        <ClickMenu click={click} possible={beats.length > 1} className={styles.on} onChange={onClick} />
        <Clock session={session} seconds={seconds} beats={beats} />
        {narrow && help}
      </div>
      <div className={classes(styles.group, styles.shifts)}>
        <span className={styles.label}>{text.studio.tempo}</span>
        <Fader
          label={text.studio.tempo}
          value={Math.round(shift.rate * 100)}
          neutral={100}
          min={50}
          max={150}
          step={1}
          words={`${Math.round(shift.rate * 100)} %`}
          onChange={(percent) => onShift({ ...shift, rate: percent / 100 })}
        />
        <span className={styles.label}>{text.studio.pitch}</span>
        <Fader
          label={text.studio.pitch}
          value={shift.semitones}
          neutral={0}
          min={-12}
          max={12}
          step={1}
          words={text.studio.semitones(shift.semitones)}
          onChange={(semitones) => onShift({ ...shift, semitones })}
        />
      </div>
      {!narrow && (
        <div className={styles.group}>
          {zoom}
          {help}
        </div>
      )}
    </div>
  );
}

function Clock({ session, seconds, beats }: { session: Session; seconds: number; beats: readonly Beat[] }) {
  const now = useSyncExternalStore(session.subscribe, () => preciseClock(session.seconds));
  const place = useSyncExternalStore(session.subscribe, () => placeOf(session, beats));
  return (
    <span className={styles.clock}>
      <strong>{now}</strong> <span>{`/ ${clock(seconds)}`}</span>
      {place && <span className={styles.place}>{place}</span>}
    </span>
  );
}

/** The beat that is being counted, else the one that sounds: "bar 17.3". */
function placeOf(session: Session, beats: readonly Beat[]): string {
  const { count } = session.playback();
  if (count > 0) return text.desk.counting(count);
  const beat = beatAt(beats, session.seconds);
  return beat?.bar ? text.desk.place(beat.bar, beat.position) : "";
}
