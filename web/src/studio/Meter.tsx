import { useEffect, useRef } from "react";

import styles from "./Meter.module.css";
import type { Session } from "./session";

/** What the eye needs to read a peak: it falls by a twelfth in each report. */
const FALL = 0.92;
const FLOOR_DB = -48;

/** How loud a stem is now. It draws by itself: thirty times a second is no work for React. */
export function Meter({ session, index }: { session: Session; index: number }) {
  const bar = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    let level = 0;
    return session.subscribe(() => {
      level = Math.max(session.playback().peaks[index] ?? 0, level * FALL);
      const share = Math.max(0, 1 - (20 * Math.log10(Math.max(level, 1e-6))) / FLOOR_DB);
      if (bar.current) {
        bar.current.style.transform = `scaleY(${Math.min(1, share)})`;
        bar.current.dataset["over"] = String(level > 1);
      }
    });
  }, [session, index]);
  return (
    <span className={styles.meter} aria-hidden>
      <span ref={bar} className={styles.level} />
    </span>
  );
}
