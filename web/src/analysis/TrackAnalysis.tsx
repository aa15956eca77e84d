import { CurveKind, type Results } from "@sound-forge-alchemy/api/alchemy/analysis/v1/results_pb.js";
import { timestampDate } from "@bufbuild/protobuf/wkt";
import type { Track } from "@sound-forge-alchemy/api/alchemy/library/v1/track_pb.js";
import { ScanSearch } from "lucide-react";
import { useMemo } from "react";

import { trackPath } from "../app/routes";
import { SongHeader } from "../library/SongHeader";
import { AnalysisFailure } from "../music/AnalysisFailure";
import { AnalysisProgress } from "../music/AnalysisProgress";
import { musicOf } from "../music/music";
import { useCurves } from "../music/use-curves";
import { useMusic } from "../music/use-music";
import { text } from "../text/en";
import { ago } from "../text/format";
import { Button } from "../ui/Button";
import { FailedMessage, Message } from "../ui/Message";
import { useNow } from "../ui/use-now";
import { KeyWheel } from "./KeyWheel";
import { MeasureMenu } from "./MeasureMenu";
import { Plots } from "./Plots";
import { SoundRadar } from "./SoundRadar";
import { SourceChoice } from "./SourceChoice";
import { Summary } from "./Summary";
import styles from "./TrackAnalysis.module.css";
import { useSource } from "./use-source";

/** The analysis of a song: the way to it while there is none, its progress, its failure, and what it found. */
export function TrackAnalysis({ track }: { track: Track }) {
  const music = useMusic(track);
  const source = useSource(track, music);
  const { results } = source;
  const { job, failed } = music;
  const now = useNow(60_000);
  return (
    <>
      <SongHeader
        track={track}
        back={{ to: trackPath(track.name), words: text.analysis.back }}
        title={text.analysis.title(track.title)}
        about={results?.measureTime && text.analysis.measured(ago(timestampDate(results.measureTime), now))}
      >
        <SourceChoice {...source} />
        {results && <MeasureMenu stems={source.stems} onMeasure={music.analyse} />}
      </SongHeader>
      <div className={styles.body}>
        {job && (
          <div className={styles.standing}>
            <AnalysisProgress job={job} onCancel={() => music.cancel(job)} />
          </div>
        )}
        {failed && !job && (
          <div className={styles.standing}>
            <AnalysisFailure job={failed} onRetry={() => music.retry(failed)} />
          </div>
        )}
        {source.error && !results && <FailedMessage title={text.desk.unreadable} cause={source.error} onRetry={source.refetch} />}
        {music.unknown && !results && !job && !failed && (
          <Message icon={ScanSearch} title={text.analysis.unknown} words={text.analysis.unknownWords}>
            <Button look="primary" icon={ScanSearch} onClick={() => music.analyse()}>
              {text.desk.analyse}
            </Button>
          </Message>
        )}
        {results && <Findings key={results.name} results={results} />}
      </div>
    </>
  );
}

const KINDS = [
  CurveKind.TEMPO,
  CurveKind.MOMENTARY_LUFS,
  CurveKind.SHORT_TERM_LUFS,
  CurveKind.ENERGY,
  CurveKind.CONTRAST,
  CurveKind.CHROMA,
  CurveKind.F0,
] as const;

function Findings({ results }: { results: Results }) {
  const curves = useCurves(results, KINDS);
  const music = useMemo(() => musicOf(results, 0, results.duration), [results]);
  const known = curves.data;
  return (
    <>
      <div className={styles.cards}>
        <Summary results={results} />
        {results.tonality?.estimate && <KeyWheel tonality={results.tonality} />}
        {known && <SoundRadar results={results} curves={known} />}
      </div>
      {curves.error && !known && <FailedMessage title={text.analysis.curvesUnreadable} cause={curves.error} onRetry={() => void curves.refetch()} />}
      {known && <Plots results={results} music={music} curves={known} />}
    </>
  );
}
