import { useEffect, useRef } from "react";

import styles from "./Choice.module.css";

/** One of several, closed until it is opened. The browser's own list: on a phone that is the phone's. */
export function Choice({
  label,
  value,
  options,
  onChange,
}: {
  label: string;
  value: string;
  options: readonly { value: string; text: string }[];
  onChange: (value: string) => void;
}) {
  const select = useRef<HTMLSelectElement>(null);
  useEffect(() => {
    // Escape closes the list and nothing else: the window or panel that it is in listens at the document, after this.
    const keep = (event: KeyboardEvent) => {
      if (event.key === "Escape" && isOpen(select.current)) event.stopPropagation();
    };
    window.addEventListener("keydown", keep, { capture: true });
    return () => window.removeEventListener("keydown", keep, { capture: true });
  }, []);
  return (
    <select ref={select} className={styles.choice} aria-label={label} value={value} onChange={(event) => onChange(event.target.value)}>
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.text}
        </option>
      ))}
    </select>
  );
}

/** Whether its list is open; browsers that cannot tell keep the keys of an open list to themselves. */
function isOpen(select: HTMLSelectElement | null): boolean {
  return CSS.supports("selector(:open)") && select?.matches(":open") === true;
}
