import type { ReactNode } from "react";

import { classes } from "../ui/classes";
import styles from "./Row.module.css";

/** What a lamp says: well, at work, not set up or not known, out of order. */
export type Light = "good" | "busy" | "unset" | "bad";

/** A part of the server: a lamp, what it is, and how it is. */
export function Row({ light, title, what, state, children }: { light: Light; title: string; what: string; state?: string; children?: ReactNode }) {
  return (
    <li className={styles.row}>
      <span className={classes(styles.lamp, styles[light])} aria-hidden />
      <span className={styles.names}>
        <strong>{title}</strong>
        <span>{what}</span>
        {children}
      </span>
      {state && <span className={classes(styles.state, light === "bad" && styles.wrong)}>{state}</span>}
    </li>
  );
}
