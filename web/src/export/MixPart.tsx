import type { Shift } from "../engine/player";
import { exportText } from "../text/export";
import { preciseClock } from "../text/format";
import { Choice } from "../ui/Choice";
import { classes } from "../ui/classes";
import { stemColour, stemTitle } from "../ui/stems";
import { type Choices, TARGETS } from "./choices";
import styles from "./ExportDialog.module.css";
import { FormatRows, Row } from "./FormatRows";
import { decibels, type MixStem, type Part } from "./mix";

/** The mix as it stands on the desk. */
export function MixPart({
  mix,
  loop,
  looped,
  onLooped,
  shift,
  choices,
  onChoices,
}: {
  mix: readonly MixStem[];
  loop: Part | undefined;
  looped: boolean;
  onLooped: (looped: boolean) => void;
  shift: Shift | undefined;
  choices: Choices;
  onChoices: (choices: Choices) => void;
}) {
  const silent = !mix.some(({ sounds }) => sounds);
  const shifted = shift !== undefined && (shift.rate !== 1 || shift.semitones !== 0);
  return (
    <>
      <p className={styles.words}>{silent ? exportText.silent : exportText.mixWords}</p>
      <ul className={styles.levels}>
        {mix.map(({ stem, settings, sounds }) => (
          <li key={stem} className={classes(styles.level, !sounds && styles.muted)}>
            <i className={styles.dot} style={{ background: stemColour(stem) }} />
            <span className={styles.stem}>{stemTitle(stem)}</span>
            <span>{sounds ? exportText.gain(decibels(settings.volume)) : exportText.muted}</span>
            <span>{sounds && exportText.panned(settings.pan)}</span>
          </li>
        ))}
      </ul>
      {loop && (
        <Row label={exportText.part}>
          <Choice
            label={exportText.part}
            value={looped ? "loop" : "whole"}
            options={[
              { value: "loop", text: exportText.loop(preciseClock(loop.start), preciseClock(loop.end)) },
              { value: "whole", text: exportText.whole },
            ]}
            onChange={(value) => onLooped(value === "loop")}
          />
        </Row>
      )}
      <FormatRows choices={choices} onChoices={onChoices} />
      <Row label={exportText.loudness}>
        <Choice
          label={exportText.loudness}
          value={String(choices.target)}
          options={TARGETS.map((target) => ({ value: String(target), text: exportText.target(target) }))}
          onChange={(value) => onChoices({ ...choices, target: Number(value) })}
        />
      </Row>
      {shifted && <p className={styles.note}>{exportText.unshifted}</p>}
    </>
  );
}
