import { camelotCode, type PlainKey, shortKey } from "../music/pitch";
import { text } from "../text/en";
import styles from "./KeyChip.module.css";

/** A key in the colour of its place on the Camelot wheel; its code and its name are always written. */
export function KeyChip({ of: key }: { of: PlainKey }) {
  const code = camelotCode(key);
  return (
    <span className={styles.key} title={text.library.keyTitle(shortKey(key), code)}>
      <span className={styles.chip} style={{ background: `var(--key-${code.toLowerCase()})` }}>
        {code}
      </span>
      <span className={styles.name}>{shortKey(key)}</span>
    </span>
  );
}
