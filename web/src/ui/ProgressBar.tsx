import * as Primitive from "@radix-ui/react-progress";

import { classes } from "./classes";
import styles from "./ProgressBar.module.css";

/** How far something is, in [0, 1]; undefined = under way, nobody knows how far. */
export function ProgressBar({ label, fraction }: { label: string; fraction: number | undefined }) {
  return (
    <Primitive.Root className={styles.track} aria-label={label} value={fraction === undefined ? null : Math.round(fraction * 100)}>
      <Primitive.Indicator
        className={classes(styles.bar, fraction === undefined && styles.unknown)}
        style={{ transform: `scaleX(${fraction ?? 0.3})` }}
      />
    </Primitive.Root>
  );
}
