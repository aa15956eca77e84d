import { type CSSProperties, useSyncExternalStore } from "react";

import type { StemSettings } from "../engine/mix";
import { text } from "../text/en";
import { classes } from "../ui/classes";
import { Fader } from "../ui/Fader";
import { stemColour, stemTitle } from "../ui/stems";
import type { DeckStem } from "./deck";
import { LANE } from "./keys";
import { Meter } from "./Meter";
import type { Session } from "./session";
import styles from "./StemLane.module.css";
import { useOutline } from "./use-outline";
import { ON_AXIS } from "./use-touch";
import type { ViewWindow } from "./view-window";
import { Waveform } from "./Waveform";

/** One stem: its fader, its switches, its meter and its waveform. */
export function StemLane({
  session,
  index,
  stem,
  settings,
  sounding,
  view,
  width,
  height,
  onChange,
}: {
  session: Session;
  index: number;
  stem: DeckStem;
  settings: StemSettings;
  /** Whether it is heard, mutes and solos of all stems considered. */
  sounding: boolean;
  view: ViewWindow;
  /** Of the waveform, in pixels. */
  width: number;
  height: number;
  onChange: (settings: StemSettings) => void;
}) {
  const title = stemTitle(stem.stem);
  const finished = useOutline(stem.waveform, view, width * window.devicePixelRatio);
  const growing = useSyncExternalStore(session.subscribe, () => session.outline(stem.stem));
  const colour = stemColour(stem.stem);
  return (
    <section className={styles.lane} aria-label={title} {...{ [LANE]: stem.stem }} style={{ "--stem": colour } as CSSProperties}>
      <div className={styles.panel}>
        <div className={styles.top}>
          <h2 className={styles.name}>{title}</h2>
          <button
            type="button"
            className={classes(styles.switch, settings.muted && styles.muted)}
            aria-pressed={settings.muted}
            aria-label={text.studio.mute(title)}
            title={text.studio.muteKey(index + 1)}
            onClick={() => onChange({ ...settings, muted: !settings.muted })}
          >
            {text.studio.muteLetter}
          </button>
          <button
            type="button"
            className={classes(styles.switch, settings.solo && styles.solo)}
            aria-pressed={settings.solo}
            aria-label={text.studio.solo(title)}
            title={text.studio.soloKey(index + 1)}
            onClick={() => onChange({ ...settings, solo: !settings.solo })}
          >
            {text.studio.soloLetter}
          </button>
        </div>
        <Fader
          label={text.studio.volume(title)}
          value={settings.volume}
          neutral={1}
          min={0}
          max={2}
          step={0.01}
          words={decibels(settings.volume)}
          onChange={(volume) => onChange({ ...settings, volume })}
        />
        <Fader
          label={text.studio.pan(title)}
          value={settings.pan}
          neutral={0}
          min={-1}
          max={1}
          step={0.02}
          words={text.studio.panned(Math.round(settings.pan * 100))}
          onChange={(pan) => onChange({ ...settings, pan })}
        />
      </div>
      <Meter session={session} index={index} />
      <div className={styles.sound} style={{ height }} {...{ [ON_AXIS]: "" }}>
        <Waveform
          outline={growing ?? finished}
          sampleRate={session.sampleRate}
          view={view}
          width={width}
          height={height}
          colour={colour}
          quiet={!sounding}
        />
      </div>
    </section>
  );
}

function decibels(gain: number): string {
  if (gain === 0) return "−∞ dB";
  const value = 20 * Math.log10(gain);
  return `${value > 0.05 ? "+" : value < -0.05 ? "−" : ""}${Math.abs(value).toFixed(1)} dB`;
}
