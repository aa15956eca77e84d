import type { Results } from "@sound-forge-alchemy/api/alchemy/analysis/v1/results_pb.js";
import type { CSSProperties } from "react";

import type { Music, Section } from "../music/music";
import { text } from "../text/en";
import { clock } from "../text/format";
import { groupColour } from "../ui/groups";
import { pixelOf, useAxis } from "./axis";
import { Plot } from "./Plot";
import styles from "./StructurePlot.module.css";

/** A sentence does not name more parts than that: sets of an hour have hundreds. */
const MOST_TOLD = 16;

/** The parts of the song; those that repeat each other have one colour. */
export function StructurePlot({ results, music: { sections } }: { results: Results; music: Music }) {
  const words = text.analysis.plots.structure;
  const axis = useAxis();
  const { view } = axis;
  const groups = new Set(sections.map(({ group }) => group)).size;
  const look = ({ start, end }: Section) => axis.onView(() => ({ start, length: end - start }));
  return (
    <Plot
      title={words.title}
      about={words.about}
      source={results.form?.source}
      summary={words.summary(sections.length, groups, sections.length > MOST_TOLD ? "" : sections.map((section) => words.reading(nameOf(section), section.group)).join(", "))}
      height={32}
    >
      {sections
        .filter(({ start, end }) => end > view.start && start < view.start + view.length)
        .map((section) => {
          const left = Math.max(0, pixelOf(axis, section.start));
          const right = Math.min(axis.width, pixelOf(axis, section.end));
          const name = words.reading(nameOf(section), section.group);
          return (
            <button
              key={section.start}
              type="button"
              className={styles.section}
              style={{ left, width: Math.max(2, right - left - 1), "--group": groupColour(section.group) } as CSSProperties}
              aria-label={words.part(nameOf(section), section.group, clock(section.start), clock(section.end))}
              title={name}
              onClick={() => look(section)}
            >
              {right - left > name.length * 7 + 14 ? name : right - left > 22 ? section.group : ""}
            </button>
          );
        })}
    </Plot>
  );
}

function nameOf({ label }: Section): string {
  return text.desk.sections[label] ?? label;
}
