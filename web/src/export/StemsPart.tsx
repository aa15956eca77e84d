import { exportText } from "../text/export";
import { CheckRow } from "../ui/CheckRow";
import { stemColour, stemTitle } from "../ui/stems";
import type { Choices } from "./choices";
import styles from "./ExportDialog.module.css";
import { FormatRows } from "./FormatRows";

/** Stems, each as a file of its own. */
export function StemsPart({
  stems,
  without,
  onWithout,
  choices,
  onChoices,
}: {
  stems: readonly string[];
  /** Those that are not wanted. */
  without: readonly string[];
  onWithout: (without: readonly string[]) => void;
  choices: Choices;
  onChoices: (choices: Choices) => void;
}) {
  return (
    <>
      <p className={styles.words}>{without.length < stems.length ? exportText.stemsWords : exportText.chooseStems}</p>
      <div className={styles.checks}>
        {stems.map((stem) => (
          <CheckRow
            key={stem}
            label={stemTitle(stem)}
            mark={<i className={styles.dot} style={{ background: stemColour(stem) }} />}
            checked={!without.includes(stem)}
            onChange={(wanted) => onWithout(wanted ? without.filter((one) => one !== stem) : [...without, stem])}
          />
        ))}
      </div>
      <FormatRows choices={choices} onChoices={onChoices} />
    </>
  );
}
