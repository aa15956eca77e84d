import { Feature, type Results, type Spectrogram } from "@sound-forge-alchemy/api/alchemy/analysis/v1/results_pb.js";
import { useCallback, useMemo } from "react";

import { Canvas, type Pen } from "../chart/Canvas";
import { heatImage } from "../chart/heat";
import { text } from "../text/en";
import { Button } from "../ui/Button";
import { type Cursor, useAxis } from "./axis";
import { MissingPlot } from "./MissingPlot";
import { Plot } from "./Plot";
import styles from "./SpectrogramPlot.module.css";
import { bandsAt, heightOf, levelOf, stepsOf } from "./spectrum";
import { useSpectrogram } from "./use-spectrogram";

const HEIGHT = 192;
const MARKS_HZ = [100, 300, 1000, 2000, 4000, 8000] as const;
/** From the loudest moment down to what is drawn as silence. */
const RANGE_DB = 72;

/** What sounds, by time and frequency, as finely as it is looked at. */
export function SpectrogramPlot({ results }: { results: Results }) {
  const { view, width } = useAxis();
  const words = text.analysis.plots.spectrogram;
  const { whole, fine, error, refetch } = useSpectrogram(results, view, width);
  const top = useMemo(() => levelOf(whole?.levels.reduce((most, byte) => Math.max(most, byte), 0) ?? 0), [whole]);
  const draw = useCallback(
    (pen: Pen) => {
      pen.context.fillStyle = pen.ink("--heat-0");
      pen.context.fillRect(0, 0, pen.width, pen.height);
      for (const part of whole ? [whole, ...fine] : []) {
        const image = imageOf(part, pen, top);
        const left = ((part.start - part.step / 2 - view.start) / view.length) * pen.width;
        const long = ((stepsOf(part) * part.step) / view.length) * pen.width;
        if (image && left < pen.width && left + long > 0) pen.context.drawImage(image, left, 0, long, pen.height);
      }
    },
    [whole, fine, view, top],
  );
  const shortfall = results.shortfalls.find(({ feature }) => feature === Feature.SPECTROGRAM);
  const unmeasured = !results.provenance.some(({ feature }) => feature === Feature.SPECTROGRAM);
  if (shortfall || unmeasured) return <MissingPlot title={words.title} about={words.about} words={shortfall?.message ?? text.analysis.plots.missing} />;
  const { centroidHz, rolloffHz } = results.timbre ?? {};
  const bandHz = whole?.bandHz ?? [];
  const reading = ({ second, plot, height }: Cursor) => {
    const bands = [...fine, ...(whole ? [whole] : [])].map((part) => bandsAt(part, second)).find((one) => one !== undefined);
    if (!bands) return "";
    if (plot === words.title) {
      const band = Math.min(bands.length - 1, Math.floor(height * bands.length));
      return words.at(bandHz[band] ?? 0, levelOf(bands[band] ?? 0));
    }
    const loudest = bands.reduce((best, byte, band) => (byte > (bands[best] ?? 0) ? band : best), 0);
    return words.loudest(bandHz[loudest] ?? 0, levelOf(bands[loudest] ?? 0));
  };
  return (
    <Plot
      title={words.title}
      unit={words.unit}
      about={words.about}
      summary={centroidHz && rolloffHz ? words.summary(centroidHz, rolloffHz) : words.plain}
      height={HEIGHT}
      marks={whole ? MARKS_HZ.map((hz) => ({ share: heightOf(bandHz, hz), text: words.hertz(hz) })) : []}
      reading={reading}
    >
      <Canvas draw={draw} width={width} height={HEIGHT} />
      {error && (
        <p className={styles.failed} role="alert">
          {words.failed}
          <Button onClick={refetch}>{text.common.tryAgain}</Button>
        </p>
      )}
    </Plot>
  );
}

/** Pictures that were drawn already, with the colours and the top that they were drawn for. */
const drawn = new WeakMap<Spectrogram, { by: string; image: HTMLCanvasElement | undefined }>();

function imageOf(part: Spectrogram, pen: Pen, top: number): HTMLCanvasElement | undefined {
  const by = `${pen.ink("--heat-0")} ${top}`;
  const known = drawn.get(part);
  if (known?.by === by) return known.image;
  const bands = part.bandHz.length;
  const image = heatImage(pen, stepsOf(part), bands, (step, band) => (levelOf(part.levels[step * bands + band] ?? 0) - top) / RANGE_DB + 1);
  drawn.set(part, { by, image });
  return image;
}
