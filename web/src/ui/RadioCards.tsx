import * as Primitive from "@radix-ui/react-radio-group";

import styles from "./RadioCards.module.css";

/** One of a few, each with a sentence that explains it. */
export function RadioCards<T extends string>({
  label,
  value,
  options,
  onChange,
}: {
  label: string;
  value: T;
  options: readonly { value: T; text: string; words: string }[];
  onChange: (value: T) => void;
}) {
  return (
    <Primitive.Root className={styles.group} aria-label={label} value={value} onValueChange={(next) => onChange(next as T)}>
      {options.map((option) => (
        <Primitive.Item key={option.value} value={option.value} className={styles.card}>
          <span className={styles.dot} aria-hidden />
          <span className={styles.words}>
            <strong>{option.text}</strong>
            <small>{option.words}</small>
          </span>
        </Primitive.Item>
      ))}
    </Primitive.Root>
  );
}
