import type { ReactNode } from "react";

import { classes } from "./classes";
import styles from "./Name.module.css";

/**
 * Words that came with the music: a title, an artist, a file's name. They run in the direction of their own script, and do not
 * turn what stands beside them; what does not fit is cut off at their end, and hovering shows all of it.
 */
export function Name({
  as: Tag = "span",
  words,
  title = words,
  lines = 1,
  className,
  children = words,
}: {
  as?: "span" | "h1" | "p";
  words: string;
  /** What hovering tells. */
  title?: string;
  /** How many lines it may take. */
  lines?: 1 | 2;
  className?: string | undefined;
  /** The words as they are shown, if as more than words: within a link, for example. */
  children?: ReactNode;
}) {
  return (
    <Tag dir="auto" title={title} className={classes(styles.name, lines === 2 && styles.lines, className)}>
      {children}
    </Tag>
  );
}
