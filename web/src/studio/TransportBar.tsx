import { CircleQuestionMark, LoaderCircle, Maximize, Pause, Play, Repeat, SkipBack, ZoomIn, ZoomOut } from "lucide-react";
import { useSyncExternalStore } from "react";

import type { ClickSettings } from "../engine/click";
import type { Shift } from "../engine/player";
import { type Beat, beatAt } from "../music/music";
import { text } from "../text/en";
import { clock, preciseClock } from "../text/format";
import { IconButton } from "../ui/Button";
import { classes } from "../ui/classes";
import { Fader } from "../ui/Fader";
import { Tooltip } from "../ui/Tooltip";
import { ClickMenu } from "./ClickMenu";
import type { Session } from "./session";
import type { Part } from "./Timeline";
import styles from "./TransportBar.module.css";

/** Play, position, loop, tempo, pitch, zoom. */
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
  onZoom,
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
  /** Shows so many times as much; 0 = everything. */
  onZoom: (factor: number) => void;
}) {
  const { ready, playing, waiting } = useSyncExternalStore(session.subscribe, session.playback);
  const label = playing ? text.studio.pause : text.studio.play;
  return (
    <div className={styles.bar} role="toolbar" aria-label={text.studio.transport}>
      <div className={styles.group}>
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
      <div className={classes(styles.group, styles.zoom)}>
        <IconButton label={text.studio.zoomOut} icon={ZoomOut} onClick={() => onZoom(2)} />
        <IconButton label={text.studio.zoomAll} icon={Maximize} onClick={() => onZoom(0)} />
        <IconButton label={text.studio.zoomIn} icon={ZoomIn} onClick={() => onZoom(0.5)} />
        <IconButton label={text.desk.help.open} icon={CircleQuestionMark} onClick={onHelp} />
      </div>
    </div>
  );
}

function Clock({ session, seconds, beats }: { session: Session; seconds: number; beats: readonly Beat[] }) {
  const now = useSyncExternalStore(session.subscribe, () => preciseClock(session.seconds));
  const place = useSyncExternalStore(session.subscribe, () => placeOf(session, beats));
  return (
    <span className={styles.clock}>
      <strong>{now}</strong> {`/ ${clock(seconds)}`}
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
