import type { Music } from "../music/music";
import styles from "./MusicLanes.module.css";
import type { ViewWindow } from "./view-window";

const BEAT_PIXELS = 7;
const NUMBER_PIXELS = 44;

/** Beats and bars as ticks, as many as there is room for, with numbers. */
export function Bars({ music, view, width }: { music: Music; view: ViewWindow; width: number }) {
  const { beats } = music;
  const left = (time: number) => ((time - view.start) / view.length) * width;
  const inView = beats.filter(({ time }) => time >= view.start && time <= view.start + view.length);
  const downbeats = inView.filter(({ position }) => position === 1);
  const gap = (times: readonly { time: number }[]) =>
    times.length > 1 ? (left(times.at(-1)?.time ?? 0) - left(times[0]?.time ?? 0)) / (times.length - 1) : width;
  const barGap = gap(downbeats);
  const everyBar = powerFor(BEAT_PIXELS / barGap);
  const everyNumber = powerFor(NUMBER_PIXELS / barGap);
  const ticks = (gap(inView) >= BEAT_PIXELS ? inView : downbeats.filter(({ bar }) => (bar - 1) % everyBar === 0)).map(({ time, position }) => {
    const tall = position === 1;
    return `M${(Math.round(left(time)) + 0.5).toString()} ${tall ? 4 : 13}V20`;
  });
  return (
    <>
      <svg className={styles.ticks} width={width} height={20} aria-hidden>
        <path d={ticks.join("")} />
      </svg>
      {downbeats
        .filter(({ bar }) => (bar - 1) % everyNumber === 0)
        .map(({ time, bar }) => (
          <span key={bar} className={styles.number} style={{ left: left(time) + 4 }} aria-hidden>
            {bar}
          </span>
        ))}
    </>
  );
}

function powerFor(times: number): number {
  return 2 ** Math.max(0, Math.ceil(Math.log2(times)));
}
