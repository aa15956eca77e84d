import * as Slider from "@radix-ui/react-slider";

import styles from "./Fader.module.css";
import { Tooltip } from "./Tooltip";

/** A slider with its value beside it; a double click puts it back to where it began. */
export function Fader({
  label,
  value,
  neutral,
  min,
  max,
  step,
  words,
  onChange,
}: {
  label: string;
  value: number;
  neutral: number;
  min: number;
  max: number;
  step: number;
  /** The value for people. */
  words: string;
  onChange: (value: number) => void;
}) {
  return (
    <div className={styles.fader} onDoubleClick={() => onChange(neutral)}>
      <Slider.Root className={styles.root} value={[value]} min={min} max={max} step={step} onValueChange={([next = neutral]) => onChange(next)}>
        <Slider.Track className={styles.track}>
          <span className={styles.neutral} style={{ left: `${(100 * (neutral - min)) / (max - min)}%` }} />
        </Slider.Track>
        <Tooltip text={`${label}: ${words}`}>
          <Slider.Thumb className={styles.thumb} aria-label={label} aria-valuetext={words} />
        </Tooltip>
      </Slider.Root>
      <output className={styles.words} aria-hidden>
        {words}
      </output>
    </div>
  );
}
