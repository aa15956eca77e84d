import { type ComponentProps, useId } from "react";

import styles from "./Field.module.css";

/** A line of text to write, under its name. */
export function Field({ label, hint, error, ...rest }: ComponentProps<"input"> & { label: string; hint?: string; error?: string }) {
  const id = useId();
  const note = error ?? hint;
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        className={styles.input}
        aria-invalid={error !== undefined}
        aria-describedby={note ? `${id}-note` : undefined}
        autoComplete="off"
        dir="auto"
        {...rest}
      />
      {note && (
        <p id={`${id}-note`} className={error ? styles.error : styles.hint}>
          {note}
        </p>
      )}
    </div>
  );
}
