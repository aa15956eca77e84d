import { useId } from "react";

import { Explanation } from "./Explanation";
import styles from "./Plot.module.css";

/** The place of a plot for which nothing was measured, and why. */
export function MissingPlot({ title, about, words }: { title: string; about: string; words: string }) {
  const heading = useId();
  return (
    <section className={styles.plot} aria-labelledby={heading}>
      <header className={styles.header}>
        <h3 id={heading}>{title}</h3>
        <Explanation title={title} words={about} />
        <p className={styles.summary}>{words}</p>
      </header>
    </section>
  );
}
