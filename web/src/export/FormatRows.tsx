import type { ReactNode } from "react";

import { exportText } from "../text/export";
import { Choice } from "../ui/Choice";
import { type Choices, depthsOf, fitting, type Format, FORMATS } from "./choices";
import styles from "./ExportDialog.module.css";

/** A choice beside its name. */
export function Row({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className={styles.row}>
      <span className={styles.label} aria-hidden>
        {label}
      </span>
      <div className={styles.choices}>{children}</div>
    </div>
  );
}

/** What kind of audio file. */
export function FormatRows({ choices, onChoices }: { choices: Choices; onChoices: (choices: Choices) => void }) {
  const depths = depthsOf(choices.format);
  return (
    <Row label={exportText.format}>
      <Choice
        label={exportText.format}
        value={choices.format}
        options={(Object.keys(FORMATS) as Format[]).map((format) => ({ value: format, text: exportText.formats[format] }))}
        onChange={(value) => {
          const format = value as Format;
          onChoices({ ...choices, format, bits: fitting(format, choices.bits) });
        }}
      />
      {depths.length > 0 && (
        <Choice
          label={exportText.depth}
          value={String(choices.bits)}
          options={depths.map((bits) => ({ value: String(bits), text: exportText.depths(bits) }))}
          onChange={(value) => onChoices({ ...choices, bits: Number(value) })}
        />
      )}
    </Row>
  );
}
