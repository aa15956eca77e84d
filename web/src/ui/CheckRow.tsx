import { useId, type ReactNode } from "react";

import { Checkbox } from "./Checkbox";
import styles from "./CheckRow.module.css";

/** A box to tick with its words beside it, all of which can be clicked. */
export function CheckRow({
  label,
  hint,
  mark,
  checked,
  onChange,
}: {
  label: string;
  hint?: string;
  /** Something small before the words, such as a colour. */
  mark?: ReactNode;
  checked: boolean;
  onChange: (checked: boolean) => void;
}) {
  const id = useId();
  return (
    <div className={styles.row}>
      <Checkbox label={label} checked={checked} onChange={onChange} id={id} />
      <label htmlFor={id} className={styles.words}>
        {mark}
        <span>{label}</span>
        {hint && <small>{hint}</small>}
      </label>
    </div>
  );
}
