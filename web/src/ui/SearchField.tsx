import { Search, X } from "lucide-react";
import { useEffect, useRef } from "react";

import { IconButton } from "./Button";
import styles from "./SearchField.module.css";

/** Words to look for; "/" leads here from anywhere on the page. */
export function SearchField({
  label,
  clearLabel,
  value,
  onChange,
}: {
  label: string;
  clearLabel: string;
  value: string;
  onChange: (value: string) => void;
}) {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const focus = (event: KeyboardEvent) => {
      const writing = event.target instanceof HTMLElement && event.target.matches("input, textarea, [contenteditable]");
      if (event.key !== "/" || writing || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      input.current?.focus();
    };
    document.addEventListener("keydown", focus);
    return () => document.removeEventListener("keydown", focus);
  }, []);
  return (
    <div className={styles.search} role="search">
      <Search size={16} aria-hidden className={styles.icon} />
      <input
        ref={input}
        type="text"
        dir="auto"
        className={styles.input}
        aria-label={label}
        placeholder={label}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => event.key === "Escape" && onChange("")}
      />
      {value && (
        <IconButton
          label={clearLabel}
          icon={X}
          size={14}
          className={styles.clear}
          onClick={() => {
            onChange("");
            input.current?.focus();
          }}
        />
      )}
    </div>
  );
}
