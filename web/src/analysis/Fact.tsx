import type { ReactNode } from "react";

import { text } from "../text/en";
import { Explanation } from "./Explanation";
import styles from "./Summary.module.css";

/** One number of the song, how certain it is, and what else it might be. */
export function Fact({
  title,
  about,
  source,
  value,
  confidence,
  children,
}: {
  title: string;
  about: string;
  source?: readonly string[] | undefined;
  value: string;
  /** In [0, 1]; absent for what is not estimated but counted. */
  confidence?: number | undefined;
  /** A line each. */
  children?: ReactNode;
}) {
  return (
    <div className={styles.fact}>
      <dt>
        {title}
        <Explanation title={title} words={about} source={source} />
      </dt>
      <dd className={styles.value}>{value}</dd>
      {confidence !== undefined && (
        <dd className={styles.sure}>
          <span className={styles.gauge} aria-hidden>
            <i style={{ transform: `scaleX(${confidence})` }} />
          </span>
          {text.analysis.sure(confidence)}
        </dd>
      )}
      {children}
    </div>
  );
}
