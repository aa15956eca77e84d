import type { Results } from "@sound-forge-alchemy/api/alchemy/analysis/v1/results_pb.js";
import { useId, useMemo } from "react";

import type { Curves } from "../music/curves";
import { text } from "../text/en";
import { Tooltip } from "../ui/Tooltip";
import { Explanation } from "./Explanation";
import { type Measure, place, spokesOf } from "./radar";
import styles from "./SoundRadar.module.css";
import card from "./Summary.module.css";

const RADIUS = 86;
const LABEL_RADIUS = 103;
const RINGS = [0.25, 0.5, 0.75, 1] as const;
/** Fewer make no shape. */
const LEAST_SPOKES = 3;

const FORMAT: Readonly<Record<Measure, (value: number) => string>> = {
  energy: text.analysis.radar.decibels,
  brightness: text.analysis.radar.hertz,
  reach: text.analysis.radar.hertz,
  noise: text.analysis.radar.flatness,
  contrast: text.analysis.radar.decibels,
  dynamics: text.analysis.radar.lu,
  density: text.analysis.radar.onsets,
};

/** The character of the sound as a shape: each measure on a scale that is the same for all songs. */
export function SoundRadar({ results, curves }: { results: Results; curves: Curves }) {
  const words = text.analysis.radar;
  const heading = useId();
  const spokes = useMemo(() => spokesOf(results, curves), [results, curves]);
  const drawn = spokes.length >= LEAST_SPOKES;
  const summary = words.summary(spokes.map(({ measure, value }) => `${words.spokes[measure][0]} ${FORMAT[measure](value)}`).join(", "));
  const outline = (radius: (index: number) => number) =>
    spokes.map((_, index) => place(index, spokes.length, radius(index))).map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ");
  return (
    <section className={card.card} aria-labelledby={heading}>
      <header className={card.head}>
        <h2 id={heading}>{words.title}</h2>
        <Explanation title={words.title} words={words.about} />
      </header>
      {drawn ? (
        <>
          <svg className={styles.radar} viewBox="-148 -116 296 232" role="img" aria-label={summary}>
            {RINGS.map((ring) => (
              <polygon key={ring} className={styles.ring} points={outline(() => ring * RADIUS)} />
            ))}
            {spokes.map(({ measure }, index) => {
              const { x, y } = place(index, spokes.length, RADIUS);
              return <line key={measure} className={styles.ring} x2={x} y2={y} />;
            })}
            <polygon className={styles.shape} points={outline((index) => (spokes[index]?.share ?? 0) * RADIUS)} />
            {spokes.map(({ measure, share }, index) => {
              const dot = place(index, spokes.length, share * RADIUS);
              const label = place(index, spokes.length, LABEL_RADIUS);
              return (
                <g key={measure}>
                  <circle className={styles.dot} cx={dot.x} cy={dot.y} r={3} />
                  <text x={label.x} y={label.y + 4} textAnchor={Math.abs(label.x) < 8 ? "middle" : label.x > 0 ? "start" : "end"} dx={label.x > 8 ? -14 : label.x < -8 ? 14 : 0}>
                    {words.spokes[measure][0]}
                  </text>
                </g>
              );
            })}
          </svg>
          <ul className={styles.values}>
            {spokes.map(({ measure, value, scale }) => {
              const [name, meaning] = words.spokes[measure];
              const format = FORMAT[measure];
              return (
                <li key={measure}>
                  <Tooltip text={`${meaning}. ${words.scale(format(value), format(scale.low), format(scale.high))}.`}>
                    <button type="button">
                      {name} <strong>{format(value)}</strong>
                    </button>
                  </Tooltip>
                </li>
              );
            })}
          </ul>
        </>
      ) : (
        <p className={card.words}>{words.none}</p>
      )}
    </section>
  );
}
