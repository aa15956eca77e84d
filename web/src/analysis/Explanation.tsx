import { Info } from "lucide-react";
import type { ComponentProps } from "react";

import { text } from "../text/en";
import { Popover } from "../ui/Popover";
import { Tooltip } from "../ui/Tooltip";
import styles from "./Explanation.module.css";

/** Says what a plot or a number means: to whoever points at it or comes by with the keyboard, and on a tap. */
export function Explanation({ title, words, source }: { title: string; words: string; source?: readonly string[] | undefined }) {
  const measured = source && text.analysis.source.measuredOn(source.length > 0 ? listed(source) : text.analysis.source.mix);
  const all = [words, measured].filter(Boolean).join(" ");
  return (
    <Popover label={title} trigger={<InfoButton title={title} words={all} />}>
      <h2>{title}</h2>
      <p>{all}</p>
    </Popover>
  );
}

function InfoButton({ title, words, ...rest }: ComponentProps<"button"> & { title: string; words: string }) {
  return (
    <Tooltip text={words}>
      <button type="button" className={styles.info} aria-label={text.analysis.about(title)} {...rest}>
        <Info size={15} aria-hidden />
      </button>
    </Tooltip>
  );
}

function listed(stems: readonly string[]): string {
  return stems.map((stem) => (text.stems[stem] ?? stem).toLowerCase()).join(", ");
}
