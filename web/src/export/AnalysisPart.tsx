import { exportText } from "../text/export";
import { CheckRow } from "../ui/CheckRow";
import { type Choices, FORMS } from "./choices";
import styles from "./ExportDialog.module.css";

/** What was measured, in forms that other programs read. */
export function AnalysisPart({ choices, onChoices }: { choices: Choices; onChoices: (choices: Choices) => void }) {
  const { forms } = choices;
  return (
    <>
      <p className={styles.words}>{forms.length > 0 ? exportText.analysisWords : exportText.chooseForms}</p>
      <div className={styles.checks}>
        {FORMS.map((form) => (
          <CheckRow
            key={form}
            label={exportText.forms[form][0]}
            hint={exportText.forms[form][1]}
            checked={forms.includes(form)}
            onChange={(wanted) => onChoices({ ...choices, forms: FORMS.filter((one) => (one === form ? wanted : forms.includes(one))) })}
          />
        ))}
      </div>
    </>
  );
}
