import { ChevronDown, ChevronUp, CircleAlert, PencilRuler, ScanSearch } from "lucide-react";

import { AnalysisFailure } from "../music/AnalysisFailure";
import { AnalysisProgress } from "../music/AnalysisProgress";
import type { Music } from "../music/music";
import { camelotCode, pitchName, shortKey } from "../music/pitch";
import type { TrackMusic } from "../music/use-music";
import { text } from "../text/en";
import { Button, IconButton } from "../ui/Button";
import { Choice } from "../ui/Choice";
import { classes } from "../ui/classes";
import { Popover } from "../ui/Popover";
import styles from "./MusicBar.module.css";
import type { Session } from "./session";

const NUDGE_SECONDS = 0.01;
const METRES = ["2", "3", "4", "5", "6", "7", "9", "12"] as const;
const NO_METRE = "0";

/** Tempo, metre and key at a glance, and the ways to them: measuring, correcting, showing. */
export function MusicBar({
  session,
  music,
  known,
  begin,
  semitones,
  open,
  onOpen,
}: {
  session: Session;
  music: Music | undefined;
  known: TrackMusic;
  /** Where in the track what is played begins, in seconds. */
  begin: number;
  semitones: number;
  open: boolean;
  onOpen: (open: boolean) => void;
}) {
  const { job, failed } = known;
  if (job) {
    return (
      <div className={styles.bar}>
        <AnalysisProgress job={job} small onCancel={() => known.cancel(job)} />
      </div>
    );
  }
  const failure = failed && (
    <Popover label={text.desk.failed} trigger={<IconButton label={text.desk.failed} icon={CircleAlert} size={16} className={classes(styles.small, styles.failed)} />}>
      <AnalysisFailure job={failed} onRetry={() => known.retry(failed)} />
    </Popover>
  );
  if (!music) {
    return (
      <div className={styles.bar}>
        {known.unknown && (
          <Button look="quiet" icon={ScanSearch} className={styles.analyse} onClick={() => known.analyse()} title={text.desk.analyseWords}>
            {text.desk.analyse}
          </Button>
        )}
        {failure}
      </div>
    );
  }
  const key = music.key && { ...music.key, tonic: (((music.key.tonic + semitones) % 12) + 12) % 12 };
  return (
    <div className={styles.bar}>
      <p className={styles.facts}>
        {music.bpm !== undefined && <strong>{text.desk.bpm(music.bpm)}</strong>}
        {music.beatsPerBar > 0 && <span>{text.desk.metre(music.beatsPerBar, music.beatUnit)}</span>}
        {key && <span>{text.desk.keyWith(shortKey(key), camelotCode(key))}</span>}
      </p>
      {failure}
      <Popover label={text.desk.grid.title} trigger={<IconButton label={text.desk.grid.open} icon={PencilRuler} size={16} className={styles.small} />}>
        <Corrections session={session} music={music} known={known} begin={begin} />
      </Popover>
      <IconButton
        label={open ? text.desk.hide : text.desk.show}
        icon={open ? ChevronUp : ChevronDown}
        size={16}
        className={styles.small}
        aria-expanded={open}
        onClick={() => onOpen(!open)}
      />
    </div>
  );
}

function Corrections({ session, music, known, begin }: { session: Session; music: Music; known: TrackMusic; begin: number }) {
  const { correct, undo, analyse, results } = known;
  const words = text.desk.grid;
  const key = music.key ?? { tonic: 0, minor: false };
  const beats = music.beats.length > 0;
  const metre = String(music.beatsPerBar);
  return (
    <>
      <h2>{words.title}</h2>
      <Row title={words.tempo}>
        <Button disabled={music.bpm === undefined} onClick={() => correct({ kind: "tempo", factor: 0.5 })}>
          {words.half}
        </Button>
        <Button disabled={music.bpm === undefined} onClick={() => correct({ kind: "tempo", factor: 2 })}>
          {words.double}
        </Button>
      </Row>
      <Row title={words.nudge}>
        <Button disabled={!beats} onClick={() => correct({ kind: "shift", seconds: -NUDGE_SECONDS })}>
          {words.earlier}
        </Button>
        <Button disabled={!beats} onClick={() => correct({ kind: "shift", seconds: NUDGE_SECONDS })}>
          {words.later}
        </Button>
      </Row>
      <Row title="">
        <Button disabled={!beats} title={words.downbeatHint} onClick={() => correct({ kind: "downbeat", at: session.seconds + begin })}>
          {words.downbeat}
        </Button>
      </Row>
      <Row title={words.metre}>
        <Choice
          label={words.metre}
          value={metre}
          options={[...new Set([...METRES, metre])].map((value) => ({ value, text: value === NO_METRE ? words.unknown : value }))}
          onChange={(value) => value !== NO_METRE && correct({ kind: "metre", beatsPerBar: Number(value) })}
        />
      </Row>
      <Row title={words.tonic}>
        <Choice
          label={words.tonic}
          value={String(key.tonic)}
          options={Array.from({ length: 12 }, (_, tonic) => ({ value: String(tonic), text: pitchName(tonic, { ...key, tonic }) }))}
          onChange={(tonic) => correct({ kind: "key", key: { ...key, tonic: Number(tonic) } })}
        />
        <Choice
          label={words.mode}
          value={key.minor ? "minor" : "major"}
          options={[
            { value: "major", text: words.major },
            { value: "minor", text: words.minor },
          ]}
          onChange={(mode) => correct({ kind: "key", key: { ...key, minor: mode === "minor" } })}
        />
      </Row>
      <div className={styles.foot}>
        <Button look="quiet" disabled={!undo} onClick={undo}>
          {words.undo}
        </Button>
        <Button look="quiet" disabled={!results?.corrections} onClick={() => correct({ kind: "reset" })}>
          {words.reset}
        </Button>
        <Button look="quiet" onClick={() => analyse()}>
          {words.again}
        </Button>
      </div>
    </>
  );
}

function Row({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <div className={styles.row}>
      <span>{title}</span>
      <div>{children}</div>
    </div>
  );
}
