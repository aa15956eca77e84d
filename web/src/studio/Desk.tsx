import { useCallback, useEffect, useMemo, useRef, useState } from "react";

import { InsecurePage } from "../engine/engine";
import { matricesOf, NEUTRAL, type StemSettings } from "../engine/mix";
import type { Shift } from "../engine/player";
import { text } from "../text/en";
import { toast } from "../ui/toasts";
import type { Deck } from "./deck";
import styles from "./Desk.module.css";
import { deskKey } from "./keys";
import { Session } from "./session";
import { noteStanding } from "./standing";
import { StemLane } from "./StemLane";
import { type Part, Timeline } from "./Timeline";
import { TransportBar } from "./TransportBar";
import { useSize } from "./use-size";
import { following, type ViewWindow, zoomed } from "./view-window";

/** Beside the waveforms: the panels, the meters, the gaps. On a phone the panels are above. */
const BESIDE = { wide: 236 + 8 + 24, narrow: 8 + 8 };
const NARROW = 552;
/** Lanes share the height that ruler and transport leave, within what looks right. */
const BARS = 108;
const LOWEST_LANE = 92;
const HIGHEST_LANE = 168;

/** Where the stems of one deck are played and mixed. Settings last as long as the song is open, whatever its deck. */
export function Desk({ deck }: { deck: Deck }) {
  const { seconds } = deck;
  const session = useSession(deck);
  const [settings, setSettings] = useState<Readonly<Partial<Record<string, StemSettings>>>>({});
  const [loop, setLoop] = useState<Part>();
  const [shift, setShift] = useState<Shift>({ rate: 1, semitones: 0 });
  const [view, setView] = useState<ViewWindow>({ start: 0, length: seconds });
  const element = useRef<HTMLDivElement>(null);
  const size = useSize(element);
  const width = Math.max(0, size.width - (size.width > NARROW ? BESIDE.wide : BESIDE.narrow));
  const laneHeight = Math.max(LOWEST_LANE, Math.min(HIGHEST_LANE, (size.height - BARS) / deck.stems.length));

  const mix = useMemo(() => deck.stems.map(({ stem }) => settings[stem] ?? NEUTRAL), [deck, settings]);
  const sounding = useMemo(() => matricesOf(mix).map((matrix) => matrix.some((gain) => gain > 0)), [mix]);
  useEffect(() => session?.setStems(mix), [session, mix]);
  useEffect(() => session?.setLoop(loop), [session, loop]);
  useEffect(() => session?.setShift(shift), [session, shift]);
  useEffect(() => noteStanding({ deck: deck.id, settings: mix, loop, shift }), [deck, mix, loop, shift]);
  useEffect(() => {
    if (!session) return;
    return session.subscribe(() => {
      if (session.playback().playing) setView((before) => following(before, session.seconds, seconds));
    });
  }, [session, seconds]);

  const change = useCallback((stem: string, next: StemSettings) => setSettings((before) => ({ ...before, [stem]: next })), []);
  const toggleLoop = useCallback(
    () => setLoop((before) => (before ? undefined : { start: view.start, end: Math.min(seconds, view.start + view.length) })),
    [view, seconds],
  );
  const zoom = (factor: number) =>
    setView((before) => (factor === 0 ? { start: 0, length: seconds } : zoomed(before, factor, session?.seconds ?? before.start, seconds)));

  useEffect(() => {
    if (!session) return;
    const press = (event: KeyboardEvent) => {
      const action = deskKey(event);
      if (!action) return;
      event.preventDefault();
      const stem = "stem" in action ? deck.stems[action.stem] : undefined;
      const present = stem ? (settings[stem.stem] ?? NEUTRAL) : NEUTRAL;
      if (action.kind === "toggle") session.toggle();
      else if (action.kind === "loop") toggleLoop();
      else if (action.kind === "step") session.seek(Math.max(0, Math.min(seconds, session.seconds + action.seconds)));
      else if (stem && action.kind === "mute") change(stem.stem, { ...present, muted: !present.muted });
      else if (stem && action.kind === "solo") change(stem.stem, { ...present, solo: !present.solo });
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, [session, deck, settings, seconds, toggleLoop, change]);

  return (
    <div ref={element} className={styles.desk}>
      {session && width > 0 && (
        <>
          <Timeline session={session} seconds={seconds} view={view} width={width} loop={loop} onView={setView} onLoop={setLoop}>
            {deck.stems.map((stem, index) => (
              <StemLane
                key={stem.stem}
                session={session}
                index={index}
                stem={stem}
                settings={mix[index] ?? NEUTRAL}
                sounding={sounding[index] ?? true}
                view={view}
                width={width}
                height={Math.floor(laneHeight) - 4}
                onChange={(next) => change(stem.stem, next)}
              />
            ))}
          </Timeline>
          <TransportBar session={session} seconds={seconds} loop={loop} shift={shift} onLoop={toggleLoop} onShift={setShift} onZoom={zoom} />
        </>
      )}
    </div>
  );
}

/** The session of a deck. When a deck takes the place of another, because its stems are finished, it goes on where that one was. */
function useSession(deck: Deck): Session | undefined {
  const [session, setSession] = useState<Session>();
  const last = useRef({ seconds: 0, playing: false });
  useEffect(() => {
    let told = false;
    const opened = new Session(deck, (cause) => {
      const detail = cause instanceof InsecurePage ? text.studio.insecure : cause instanceof Error ? cause.message : String(cause);
      if (!told) toast({ text: text.studio.failed, detail, danger: true });
      told = true; // once is enough; it tries again by itself
    });
    opened.seek(last.current.seconds);
    if (last.current.playing) opened.play();
    // The page's own effect on the sound system: it begins and ends with this component.
    setSession(opened); // eslint-disable-line react-hooks/set-state-in-effect
    return () => {
      last.current = { seconds: opened.seconds, playing: opened.playback().playing };
      opened.close();
    };
  }, [deck]);
  return session;
}
