import type { Results } from "@sound-forge-alchemy/api/alchemy/analysis/v1/results_pb.js";
import { CurveKind, Feature } from "@sound-forge-alchemy/api/alchemy/analysis/v1/results_pb.js";
import { type KeyboardEvent, type PointerEvent, useCallback, useMemo, useRef, useState } from "react";

import type { Curves } from "../music/curves";
import type { Music } from "../music/music";
import { following, type ViewWindow, zoomed } from "../studio/view-window";
import { useSize } from "../studio/use-size";
import { type Touched, useTouch } from "../studio/use-touch";
import { useWheel } from "../studio/use-wheel";
import { text } from "../text/en";
import { AxisContext, CursorStore } from "./axis";
import { ChromaPlot } from "./ChromaPlot";
import { EnergyPlot } from "./EnergyPlot";
import { cursorAfter, ZOOMS } from "./keys";
import { LoudnessPlot } from "./LoudnessPlot";
import { MelodyPlot } from "./MelodyPlot";
import { MissingPlot } from "./MissingPlot";
import { PLOT } from "./Plot";
import styles from "./Plots.module.css";
import { SpectrogramPlot } from "./SpectrogramPlot";
import { StructurePlot } from "./StructurePlot";
import { TempoPlot } from "./TempoPlot";
import { TimeRuler } from "./TimeRuler";

/** Left of the plots, for the values of their upright axes. */
const GUTTER = { wide: 56, narrow: 40 };
const NARROW = 552;

/** Everything that runs through the song, on one time axis with one cursor. */
export function Plots({ results, music, curves }: { results: Results; music: Music; curves: Curves }) {
  const { duration: seconds } = results;
  const [view, setView] = useState<ViewWindow>({ start: 0, length: seconds });
  const [cursor] = useState(() => new CursorStore());
  const element = useRef<HTMLDivElement>(null);
  const size = useSize(element);
  const gutter = size.width > NARROW ? GUTTER.wide : GUTTER.narrow;
  const width = Math.max(0, size.width - gutter);
  useWheel(element, width, seconds, setView, gutter);
  const axis = useMemo(
    () => ({ seconds, view, width, beats: music.beats, cursor, onView: setView }),
    [seconds, view, width, music, cursor],
  );
  const zoom = useCallback(
    (factor: number) =>
      setView((before) => (factor === 0 ? { start: 0, length: seconds } : zoomed(before, factor, cursor.get()?.second ?? before.start + before.length / 2, seconds))),
    [seconds, cursor],
  );

  const point = (event: { clientX: number; clientY: number; target: EventTarget | null }) => {
    const x = event.clientX - (element.current?.getBoundingClientRect().left ?? 0) - gutter;
    if (x < 0 || x > width) {
      cursor.set(undefined);
      return;
    }
    const plot = event.target instanceof Element ? event.target.closest(`[${PLOT}]`) : null;
    const box = plot?.getBoundingClientRect();
    cursor.set({
      second: Math.max(0, Math.min(seconds, view.start + (x / width) * view.length)),
      plot: plot?.getAttribute(PLOT) ?? "",
      height: box ? Math.max(0, Math.min(1, (box.bottom - event.clientY) / box.height)) : 0,
    });
  };
  const pointByMouse = (event: PointerEvent) => {
    if (event.pointerType !== "touch") point(event);
  };
  const whole = view.length >= seconds;
  const read = ({ event }: Touched) => point(event);
  useTouch(element, { origin: element, inset: gutter, width, seconds, whole }, { onView: setView, onTap: read, onRead: read });
  const press = (event: KeyboardEvent<HTMLElement>) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const factor = ZOOMS[event.key];
    if (factor !== undefined) {
      event.preventDefault();
      zoom(factor);
      return;
    }
    if (!(event.target instanceof Element) || !event.target.closest(`[${PLOT}]`)) return;
    const second = cursorAfter(event, cursor.get()?.second ?? cursor.last, { view, seconds, beats: music.beats, sections: music.sections });
    if (second === undefined) return;
    event.preventDefault();
    cursor.set({ second, plot: "", height: 0 });
    setView((before) => following(before, second, seconds));
  };
  const appear = (event: React.FocusEvent) => {
    if (!event.target.closest(`[${PLOT}]`) || cursor.get()) return;
    const seen = cursor.last >= view.start && cursor.last <= view.start + view.length;
    cursor.set({ second: seen ? cursor.last : view.start, plot: "", height: 0 });
  };
  const vanish = (event: React.FocusEvent) => {
    if (!(event.relatedTarget instanceof Element) || !event.relatedTarget.closest(`[${PLOT}]`)) cursor.set(undefined);
  };

  const missing = (feature: Feature, title: string, about: string) => (
    <MissingPlot title={title} about={about} words={results.shortfalls.find((one) => one.feature === feature)?.message ?? text.analysis.plots.missing} />
  );
  const curve = (kind: CurveKind) => curves.get(kind);
  const [chroma, energy, tempo, f0] = [curve(CurveKind.CHROMA), curve(CurveKind.ENERGY), curve(CurveKind.TEMPO), curve(CurveKind.F0)];
  const [momentary, shortTerm] = [curve(CurveKind.MOMENTARY_LUFS), curve(CurveKind.SHORT_TERM_LUFS)];
  const words = text.analysis.plots;
  return (
    <AxisContext value={axis}>
      {/* The pointer and the keys reach the plots inside, which are sliders of their own. */}
      <div
        ref={element}
        className={styles.plots}
        style={{ "--gutter": `${gutter}px` } as React.CSSProperties}
        role="group"
        aria-label={words.label}
        onPointerMove={pointByMouse}
        onPointerDown={pointByMouse}
        onPointerLeave={(event) => event.pointerType === "mouse" && cursor.set(undefined)}
        onKeyDown={press}
        onFocus={appear}
        onBlur={vanish}
      >
        {width > 0 && (
          <>
            <TimeRuler onZoom={zoom} />
            {music.sections.length > 0 ? <StructurePlot results={results} music={music} /> : missing(Feature.FORM, words.structure.title, words.structure.about)}
            {chroma ? <ChromaPlot results={results} music={music} curve={chroma} /> : missing(Feature.KEY, words.chroma.title, words.chroma.about)}
            <SpectrogramPlot results={results} />
            {f0 ? <MelodyPlot results={results} music={music} curve={f0} /> : missing(Feature.MELODY, words.melody.title, words.melody.about)}
            {energy ? <EnergyPlot results={results} curve={energy} /> : missing(Feature.TIMBRE, words.energy.title, words.energy.about)}
            {momentary || shortTerm ? (
              <LoudnessPlot results={results} momentary={momentary} shortTerm={shortTerm} />
            ) : (
              missing(Feature.LOUDNESS, words.loudness.title, words.loudness.about)
            )}
            {tempo ? <TempoPlot results={results} curve={tempo} /> : missing(Feature.RHYTHM, words.tempo.title, words.tempo.about)}
          </>
        )}
      </div>
    </AxisContext>
  );
}
