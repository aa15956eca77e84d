import { useCallback, useEffect, useMemo, useRef, useState } from "react";

import { CurveKind } from "@sound-forge-alchemy/api/alchemy/analysis/v1/results_pb.js";
import type { Track } from "@sound-forge-alchemy/api/alchemy/library/v1/track_pb.js";

import { type ClickSettings, SILENT_CLICK } from "../engine/click";
import { InsecurePage } from "../engine/engine";
import { matricesOf, NEUTRAL, type StemSettings } from "../engine/mix";
import type { Shift } from "../engine/player";
import { type Beat, musicOf, type Span, snapFor, snapped, snappedPart, stepped } from "../music/music";
import { useCurves } from "../music/use-curves";
import { useMusic } from "../music/use-music";
import { text } from "../text/en";
import { useRemembered } from "../ui/remembered";
import { toast } from "../ui/toasts";
import type { Deck } from "./deck";
import styles from "./Desk.module.css";
import { HelpDialog } from "./HelpDialog";
import { type DeskAction, deskKey } from "./keys";
import { MusicBar } from "./MusicBar";
import { MusicLanes } from "./MusicLanes";
import { Session } from "./session";
import { noteStanding } from "./standing";
import { StemLane } from "./StemLane";
import { type Part, Timeline } from "./Timeline";
import { TransportBar } from "./TransportBar";
import { useSize } from "./use-size";
import { following, type ViewWindow, zoomed } from "./view-window";
import { Zoom } from "./Zoom";

/** Beside the waveforms: the panels, the meters, the gaps. On a narrow desk the panels are above. */
const BESIDE = { wide: 236 + 8 + 24, narrow: 8 + 8 };
const NARROW = 640;
/** Lanes share the height that ruler and transport leave, within what looks right. */
const BARS = 108;
const LOWEST_LANE = 92;
const HIGHEST_LANE = 168;

/** Where the stems of one deck are played and mixed. Settings last as long as the song is open, whatever its deck. */
export function Desk({ deck, track }: { deck: Deck; track: Track }) {
  const { seconds, begin } = deck;
  const session = useSession(deck);
  const [settings, setSettings] = useState<Readonly<Partial<Record<string, StemSettings>>>>({});
  const [loop, setLoop] = useState<Part>();
  const [shift, setShift] = useState<Shift>({ rate: 1, semitones: 0 });
  const [view, setView] = useState<ViewWindow>({ start: 0, length: seconds });
  const [helping, setHelping] = useState(false);
  const [click, setClick] = useRemembered("click", clickOf);
  const [keys, setKeys] = useRemembered("single-keys", (stored) => stored !== false);
  const [simple, setSimple] = useRemembered("simple-chords", (stored) => stored === true);
  const [open, setOpen] = useRemembered("music-lanes", (stored) => stored !== false);
  const known = useMusic(track);
  const music = useMemo(() => known.results && musicOf(known.results, begin, seconds), [known.results, begin, seconds]);
  const loudness = useCurves(known.results, LOUDNESS).data?.get(CurveKind.SHORT_TERM_LUFS);
  const beats = music?.beats ?? NO_BEATS;
  const element = useRef<HTMLDivElement>(null);
  const size = useSize(element);
  const narrow = size.width <= NARROW;
  const width = Math.max(0, size.width - (narrow ? BESIDE.narrow : BESIDE.wide));
  const laneHeight = Math.max(LOWEST_LANE, Math.min(HIGHEST_LANE, (size.height - BARS) / deck.stems.length));

  const mix = useMemo(() => deck.stems.map(({ stem }) => settings[stem] ?? NEUTRAL), [deck, settings]);
  const sounding = useMemo(() => matricesOf(mix).map((matrix) => matrix.some((gain) => gain > 0)), [mix]);
  useEffect(() => session?.setStems(mix), [session, mix]);
  useEffect(() => session?.setLoop(loop), [session, loop]);
  useEffect(() => session?.setShift(shift), [session, shift]);
  useEffect(() => session?.setGrid(beats), [session, beats]);
  useEffect(() => session?.setClick(click), [session, click]);
  useEffect(() => noteStanding({ deck: deck.id, settings: mix, loop, shift }), [deck, mix, loop, shift]);
  useEffect(() => {
    if (!session) return;
    return session.subscribe(() => {
      if (session.playback().playing) setView((before) => following(before, session.seconds, seconds));
    });
  }, [session, seconds]);

  const change = useCallback((stem: string, next: StemSettings) => setSettings((before) => ({ ...before, [stem]: next })), []);
  const snap = snapFor(beats, width / view.length);
  const toggleLoop = useCallback(
    () => setLoop((before) => (before ? undefined : snappedPart(beats, snap, { start: view.start, end: Math.min(seconds, view.start + view.length) }))),
    [view, seconds, beats, snap],
  );
  const chooseLoop = (chosen: Span | undefined) => {
    setLoop(chosen);
    if (chosen && session && (session.seconds < chosen.start || session.seconds >= chosen.end)) session.seek(chosen.start);
  };
  const zoom = useCallback(
    (factor: number) =>
      setView((before) => (factor === 0 ? { start: 0, length: seconds } : zoomed(before, factor, session?.seconds ?? before.start, seconds))),
    [session, seconds],
  );

  useEffect(() => {
    if (!session) return;
    const mix = (stem: string | undefined, turn: (present: StemSettings) => Partial<StemSettings>) => {
      if (stem === undefined) return;
      const present = settings[stem] ?? NEUTRAL;
      change(stem, { ...present, ...turn(present) });
    };
    const go = (second: number) => session.seek(Math.max(0, Math.min(seconds, second)));
    const mark = (end: "start" | "end") => {
      const here = snapped(beats, snap, session.seconds);
      const part = { start: 0, end: seconds, ...loop, [end]: here };
      if (part.end > part.start) setLoop(part);
    };
    const act = (action: DeskAction): void => {
      switch (action.kind) {
        case "toggle":
          return session.toggle();
        case "loop":
          return toggleLoop();
        case "loop-start":
          return mark("start");
        case "loop-end":
          return mark("end");
        case "step":
          return go(session.seconds + action.seconds);
        case "bar":
          return go(stepped(beats, "bar", session.seconds, action.by));
        case "section":
          return go(sectionBeside(music?.sections ?? [], session.seconds, action.by));
        case "to":
          return go(action.end ? seconds : 0);
        case "zoom":
          return zoom(action.factor);
        case "click":
          return setClick({ ...click, audible: !click.audible });
        case "count-in":
          return setClick({ ...click, countIn: !click.countIn });
        case "help":
          return setHelping((before) => !before);
        case "mute":
          return mix(deck.stems[action.stem]?.stem, ({ muted }) => ({ muted: !muted }));
        case "solo":
          return mix(deck.stems[action.stem]?.stem, ({ solo }) => ({ solo: !solo }));
        case "mute-here":
          return mix(action.stem, ({ muted }) => ({ muted: !muted }));
        case "solo-here":
          return mix(action.stem, ({ solo }) => ({ solo: !solo }));
      }
    };
    const press = (event: KeyboardEvent) => {
      const action = deskKey(event, keys);
      if (!action) return;
      event.preventDefault();
      act(action);
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, [session, deck, settings, seconds, toggleLoop, change, beats, snap, loop, music, click, setClick, keys, zoom]);

  return (
    <div ref={element} className={styles.desk}>
      {session && width > 0 && (
        <>
          <Timeline
            session={session}
            seconds={seconds}
            view={view}
            width={width}
            loop={loop}
            beats={beats}
            head={
              <>
                <MusicBar session={session} music={music} known={known} begin={begin} semitones={shift.semitones} open={open} onOpen={setOpen} />
                {narrow && <Zoom small onZoom={zoom} />}
              </>
            }
            lanes={
              music &&
              open && (
                <MusicLanes
                  session={session}
                  music={music}
                  loudness={loudness}
                  begin={begin}
                  view={view}
                  width={width}
                  loop={loop}
                  semitones={shift.semitones}
                  simple={simple}
                  onSimple={setSimple}
                  onLoop={chooseLoop}
                />
              )
            }
            onView={setView}
            onLoop={setLoop}
          >
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
          <TransportBar
            session={session}
            seconds={seconds}
            loop={loop}
            shift={shift}
            beats={beats}
            click={click}
            onLoop={toggleLoop}
            onShift={setShift}
            onClick={setClick}
            onHelp={() => setHelping(true)}
            narrow={narrow}
            zoom={<Zoom small={false} onZoom={zoom} />}
          />
          <HelpDialog open={helping} keys={keys} onKeys={setKeys} onClose={() => setHelping(false)} />
        </>
      )}
    </div>
  );
}

const LOUDNESS = [CurveKind.SHORT_TERM_LUFS];
const NO_BEATS: readonly Beat[] = [];

/** The click as this browser remembers it. */
function clickOf(stored: unknown): ClickSettings {
  const kept = typeof stored === "object" ? (stored as Partial<ClickSettings> | null) : null;
  const volume = typeof kept?.volume === "number" ? Math.max(0, Math.min(2, kept.volume)) : SILENT_CLICK.volume;
  return { volume, audible: kept?.audible === true, countIn: kept?.countIn === true };
}

/** Where the next section begins, or the one before: of the present one its beginning, unless that has just been passed. */
function sectionBeside(sections: readonly Span[], second: number, by: 1 | -1): number {
  const starts = sections.map(({ start }) => start);
  if (by > 0) return starts.find((start) => start > second + 0.05) ?? second;
  return starts.findLast((start) => start < second - 1) ?? 0;
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
