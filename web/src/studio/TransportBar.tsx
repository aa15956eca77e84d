import { LoaderCircle, Maximize, Pause, Play, Repeat, SkipBack, ZoomIn, ZoomOut } from "lucide-react";
import { useSyncExternalStore } from "react";

import type { Shift } from "../engine/player";
import { text } from "../text/en";
import { clock, preciseClock } from "../text/format";
import { IconButton } from "../ui/Button";
import { classes } from "../ui/classes";
import { Fader } from "../ui/Fader";
import { Tooltip } from "../ui/Tooltip";
import type { Session } from "./session";
import type { Part } from "./Timeline";
import styles from "./TransportBar.module.css";

/** Play, position, loop, tempo, pitch, zoom. */
export function TransportBar({
  session,
  seconds,
  loop,
  shift,
  onLoop,
  onShift,
  onZoom,
}: {
  session: Session;
  seconds: number;
  loop: Part | undefined;
  shift: Shift;
  onLoop: () => void;
  onShift: (shift: Shift) => void;
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
        <Clock session={session} seconds={seconds} />
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
      </div>
    </div>
  );
}

function Clock({ session, seconds }: { session: Session; seconds: number }) {
  const now = useSyncExternalStore(session.subscribe, () => preciseClock(session.seconds));
  return (
    <span className={styles.clock}>
      <strong>{now}</strong> {`/ ${clock(seconds)}`}
    </span>
  );
}
