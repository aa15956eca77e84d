import { Feature, type KeyEstimate, type Results } from "@sound-forge-alchemy/api/alchemy/analysis/v1/results_pb.js";
import { useId } from "react";

import { camelotCode, plainKey, tonicName } from "../music/pitch";
import { text } from "../text/en";
import { Fact } from "./Fact";
import styles from "./Summary.module.css";

const CONCERT_PITCH_HZ = 440;
/** What these numbers are of; what else could not be told is said where it would be drawn. */
const FEATURES: ReadonlySet<Feature> = new Set([Feature.RHYTHM, Feature.KEY, Feature.CHORDS, Feature.LOUDNESS]);

/** What is known of the whole song: tempo, key, metre, tuning, loudness. */
export function Summary({ results }: { results: Results }) {
  const heading = useId();
  const words = text.analysis.facts;
  const shortfalls = results.shortfalls.filter(({ feature }) => FEATURES.has(feature));
  return (
    <section className={styles.card} aria-labelledby={heading}>
      <h2 id={heading}>{words.title}</h2>
      <dl className={styles.facts}>
        <RhythmFacts results={results} />
        <KeyFacts results={results} />
        <LoudnessFacts results={results} />
      </dl>
      {shortfalls.length > 0 && (
        <ul className={styles.shortfalls}>
          {shortfalls.map(({ feature, message }) => (
            <li key={feature}>{message}</li>
          ))}
        </ul>
      )}
    </section>
  );
}

function RhythmFacts({ results: { rhythm, measuredRhythm } }: { results: Results }) {
  const words = text.analysis.facts;
  const tempo = rhythm?.tempo;
  const metre = rhythm?.metre;
  const was = measuredRhythm?.tempo;
  return (
    <>
      {tempo && (
        <Fact title={words.tempo.title} about={words.tempo.about} source={rhythm.source} value={words.tempo.bpm(tempo.bpm)} confidence={tempo.confidence}>
          {rhythm.alternatives.length > 0 && <dd>{words.tempo.alternatives(rhythm.alternatives.map(({ bpm }) => bpm.toFixed(1)).join(", "))}</dd>}
          {was && was.bpm !== tempo.bpm && <dd>{text.analysis.corrected(words.tempo.bpm(was.bpm))}</dd>}
        </Fact>
      )}
      {metre && (
        <Fact title={words.metre.title} about={words.metre.about} source={rhythm.source} value={text.desk.metre(metre.beatsPerBar, metre.beatUnit)} confidence={metre.confidence} />
      )}
    </>
  );
}

function KeyFacts({ results: { tonality, measuredTonality } }: { results: Results }) {
  const words = text.analysis.facts;
  const estimate = tonality?.estimate;
  if (!tonality || !estimate?.key) return null;
  const was = measuredTonality?.estimate;
  const other = tonality.runnerUp;
  return (
    <>
      <Fact title={words.key.title} about={words.key.about} source={tonality.source} value={keyName(estimate)} confidence={estimate.confidence}>
        <dd>{words.key.codes(estimate.key.camelot, estimate.key.openKey)}</dd>
        {other?.key && <dd>{words.key.runnerUp(`${keyName(other)}, ${codeOf(other)}`, text.analysis.sure(other.confidence))}</dd>}
        {was && keyName(was) !== keyName(estimate) && <dd>{text.analysis.corrected(keyName(was))}</dd>}
      </Fact>
      <Fact title={words.tuning.title} about={words.tuning.about} source={tonality.source} value={words.tuning.cents(tonality.tuningCents)}>
        <dd>{words.tuning.concert(CONCERT_PITCH_HZ * 2 ** (tonality.tuningCents / 1200))}</dd>
      </Fact>
    </>
  );
}

function LoudnessFacts({ results: { loudness } }: { results: Results }) {
  const words = text.analysis.facts;
  const { integratedLufs, rangeLu, replayGainDb, truePeakDbtp } = loudness ?? {};
  return (
    <>
      {integratedLufs !== undefined && (
        <Fact title={words.loudness.title} about={words.loudness.about} value={words.loudness.lufs(integratedLufs)}>
          {rangeLu !== undefined && <dd>{words.loudness.range(rangeLu)}</dd>}
          {replayGainDb !== undefined && <dd>{words.loudness.replayGain(replayGainDb)}</dd>}
        </Fact>
      )}
      {truePeakDbtp !== undefined && (
        <Fact title={words.peak.title} about={words.peak.about} value={words.peak.dbtp(truePeakDbtp)}>
          <dd>{truePeakDbtp > 0 ? words.peak.over : words.peak.room}</dd>
        </Fact>
      )}
    </>
  );
}

function keyName({ key }: KeyEstimate): string {
  const plain = plainKey(key);
  return plain ? text.desk.keyName(tonicName(plain), plain.minor) : "";
}

function codeOf({ key }: KeyEstimate): string {
  const plain = plainKey(key);
  return plain ? camelotCode(plain) : "";
}
