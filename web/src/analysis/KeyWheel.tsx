import type { Tonality } from "@sound-forge-alchemy/api/alchemy/analysis/v1/results_pb.js";
import { useId } from "react";

import { camelot, camelotCode, type PlainKey, plainKey, shortKey, tonicName } from "../music/pitch";
import { mixes, sameKey, WHEEL } from "../music/wheel";
import { text } from "../text/en";
import { classes } from "../ui/classes";
import { Explanation } from "./Explanation";
import styles from "./KeyWheel.module.css";
import card from "./Summary.module.css";
import { hourAt, ringPath } from "./ring";

/** Radii, from the middle outwards. */
const RINGS = { minor: [44, 80], major: [82, 118] } as const;

/** The circle of fifths, with the song's key and what mixes with it. */
export function KeyWheel({ tonality }: { tonality: Tonality }) {
  const words = text.analysis.wheel;
  const heading = useId();
  const key = plainKey(tonality.estimate?.key);
  if (!key) return null;
  const runnerUp = plainKey(tonality.runnerUp?.key);
  const isNear = (one: PlainKey) => mixes(one, key) && !sameKey(one, key);
  const role = (one: PlainKey): "key" | "runnerUp" | "neighbour" | undefined =>
    sameKey(one, key) ? "key" : sameKey(one, runnerUp) ? "runnerUp" : isNear(one) ? "neighbour" : undefined;
  const summary = words.summary(named(key), WHEEL.filter(isNear).map(named).join(", "), runnerUp && named(runnerUp));
  return (
    <section className={card.card} aria-labelledby={heading}>
      <header className={card.head}>
        <h2 id={heading}>{words.title}</h2>
        <Explanation title={words.title} words={words.about} source={tonality.source} />
      </header>
      <svg className={styles.wheel} viewBox="-120 -120 240 240" role="img" aria-label={summary}>
        {WHEEL.map((one) => {
          const { hour } = camelot(one);
          const [inner, outer] = RINGS[one.minor ? "minor" : "major"];
          const middle = hourAt(hour, (inner + outer) / 2);
          const part = role(one);
          return (
            <g key={camelotCode(one)} className={classes(styles.part, part && styles[part], isNear(one) && styles.neighbour)}>
              <title>{part ? `${named(one)}: ${words[part]}` : named(one)}</title>
              <path d={ringPath(hour - 0.48, hour + 0.48, inner, outer)} />
              <text x={middle.x} y={middle.y - 2}>
                {shortKey(one)}
              </text>
              <text className={styles.code} x={middle.x} y={middle.y + 9}>
                {camelotCode(one)}
              </text>
            </g>
          );
        })}
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
