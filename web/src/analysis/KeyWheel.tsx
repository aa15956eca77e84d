import type { Tonality } from "@sound-forge-alchemy/api/alchemy/analysis/v1/results_pb.js";
import { useId } from "react";

import { camelotCode, type PlainKey, plainKey, shortKey, tonicName } from "../music/pitch";
import { text } from "../text/en";
import { classes } from "../ui/classes";
import { Explanation } from "./Explanation";
import styles from "./KeyWheel.module.css";
import card from "./Summary.module.css";
import { keyAt, neighbours, ringPath, sameKey } from "./wheel";

const HOURS = Array.from({ length: 12 }, (_, i) => i + 1);
/** Radii, from the middle outwards. */
const RINGS = { minor: [44, 80], major: [82, 118] } as const;

/** The circle of fifths, with the song's key and what mixes with it. */
export function KeyWheel({ tonality }: { tonality: Tonality }) {
  const words = text.analysis.wheel;
  const heading = useId();
  const key = plainKey(tonality.estimate?.key);
  if (!key) return null;
  const runnerUp = plainKey(tonality.runnerUp?.key);
  const near = neighbours(key);
  const role = (one: PlainKey): "key" | "runnerUp" | "neighbour" | undefined =>
    sameKey(one, key) ? "key" : sameKey(one, runnerUp) ? "runnerUp" : near.some((other) => sameKey(one, other)) ? "neighbour" : undefined;
  const summary = words.summary(named(key), near.map(named).join(", "), runnerUp && named(runnerUp));
  return (
    <section className={card.card} aria-labelledby={heading}>
      <header className={card.head}>
        <h2 id={heading}>{words.title}</h2>
        <Explanation title={words.title} words={words.about} source={tonality.source} />
      </header>
      <svg className={styles.wheel} viewBox="-120 -120 240 240" role="img" aria-label={summary}>
        {HOURS.flatMap((hour) =>
          [false, true].map((minor) => {
            const one = keyAt(hour, minor);
            const [inner, outer] = RINGS[minor ? "minor" : "major"];
            const angle = (hour / 12) * 2 * Math.PI;
            const middle = (inner + outer) / 2;
            const part = role(one);
            return (
              <g key={camelotCode(one)} className={classes(styles.part, part && styles[part], near.some((other) => sameKey(one, other)) && styles.neighbour)}>
                <title>{part ? `${named(one)}: ${words[part]}` : named(one)}</title>
                <path d={ringPath(hour - 0.48, hour + 0.48, inner, outer)} />
                <text x={Math.sin(angle) * middle} y={-Math.cos(angle) * middle - 2}>
                  {shortKey(one)}
                </text>
                <text className={styles.code} x={Math.sin(angle) * middle} y={-Math.cos(angle) * middle + 9}>
                  {camelotCode(one)}
                </text>
              </g>
            );
          }),
        )}
        <text className={styles.centre} y={-1}>
          {shortKey(key)}
        </text>
        <text className={styles.code} y={16}>
          {camelotCode(key)}
        </text>
      </svg>
      <ul className={styles.legend}>
        <li className={styles.key}>{words.key}</li>
        <li className={styles.neighbour}>{words.neighbour}</li>
        {runnerUp && <li className={styles.runnerUp}>{words.runnerUp}</li>}
      </ul>
      <p className={card.words}>{summary}</p>
    </section>
  );
}

function named(key: PlainKey): string {
  return text.analysis.wheel.named(text.desk.keyName(tonicName(key), key.minor), camelotCode(key));
}
