import type { Track } from "@sound-forge-alchemy/api/alchemy/library/v1/track_pb.js";
import { ChartNoAxesCombined, ScanSearch, Split } from "lucide-react";

import { LinkButton } from "../app/LinkButton";
import { analysisPath } from "../app/routes";
import { AnalysisFailure } from "../music/AnalysisFailure";
import { AnalysisProgress } from "../music/AnalysisProgress";
import { camelotCode, plainKey, tonicName } from "../music/pitch";
import { type TrackMusic, useMusic } from "../music/use-music";
import { text } from "../text/en";
import { Button } from "../ui/Button";
import { Message } from "../ui/Message";
import styles from "./WholeSong.module.css";

/** A song that was not taken apart yet: how to do that, and what can be known of it without. */
export function WholeSong({ track, waiting, onSeparate }: { track: Track; waiting: boolean; onSeparate: () => void }) {
  const music = useMusic(track);
  return (
    <Message icon={Split} title={text.studio.whole} words={waiting ? text.studio.wholeWaiting : text.studio.wholeWords}>
      <div className={styles.ways}>
        {!waiting && (
          <Button look="primary" icon={Split} onClick={onSeparate}>
            {text.library.separate}
          </Button>
        )}
        {music.unknown && !music.job && !music.failed && (
          <Button icon={ScanSearch} title={text.desk.analyseWords} onClick={() => music.analyse()}>
            {text.desk.analyse}
          </Button>
        )}
      </div>
      {music.job && <AnalysisProgress job={music.job} onCancel={() => music.job && music.cancel(music.job)} />}
      {music.failed && !music.job && <AnalysisFailure job={music.failed} onRetry={() => music.failed && music.retry(music.failed)} />}
      {music.results && (
        <>
          <p className={styles.facts}>{factsOf(music).join(" · ")}</p>
          <LinkButton to={analysisPath(track.name)} icon={ChartNoAxesCombined}>
            {text.analysis.openWords}
          </LinkButton>
        </>
      )}
    </Message>
  );
}

/** What a musician asks first. */
function factsOf({ results }: TrackMusic): string[] {
  const bpm = results?.rhythm?.tempo?.bpm;
  const metre = results?.rhythm?.metre;
  const key = plainKey(results?.tonality?.estimate?.key);
  const lufs = results?.loudness?.integratedLufs;
  return [
    ...(bpm === undefined ? [] : [text.desk.bpm(bpm)]),
    ...(metre ? [text.desk.metre(metre.beatsPerBar, metre.beatUnit)] : []),
    ...(key ? [text.desk.keyWith(text.desk.keyName(tonicName(key), key.minor), camelotCode(key))] : []),
    ...(lufs === undefined ? [] : [text.desk.lufs(lufs)]),
  ];
}
