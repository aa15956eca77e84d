import type { Installation } from "@sound-forge-alchemy/api/alchemy/processing/v1/installation_pb.js";
import type { Model } from "@sound-forge-alchemy/api/alchemy/processing/v1/separation_pb.js";
import { Check, HardDriveDownload, Trash2 } from "lucide-react";

import { text } from "../text/en";
import { size } from "../text/format";
import { Button, IconButton } from "../ui/Button";
import { ProgressBar } from "../ui/ProgressBar";
import { stemColour, stemTitle } from "../ui/stems";
import styles from "./ModelCard.module.css";

/** The scale's end of the quality bars, in decibels: a little above the best that is published. */
const BEST_DB = 12;

/** One model. */
export function ModelCard({
  model,
  installation,
  onInstall,
  onRemove,
}: {
  model: Model;
  installation: Installation | undefined;
  onInstall: () => void;
  onRemove: () => void;
}) {
  return (
    <li className={styles.model}>
      <header className={styles.header}>
        <h2>{model.displayName}</h2>
        {model.installed && (
          <span className={styles.installed}>
            <Check size={14} aria-hidden />
            {text.models.installed}
          </span>
        )}
        {model.default && <span className={styles.note}>{text.models.default}</span>}
        {model.local && <span className={styles.note}>{text.models.own}</span>}
        <span className={styles.action}>
          {model.installed ? (
            <IconButton label={text.models.removeOf(model.displayName)} icon={Trash2} onClick={onRemove} />
          ) : (
            !installation && (
              <Button icon={HardDriveDownload} aria-label={text.models.installOf(model.displayName)} onClick={onInstall}>
                {text.models.install}
              </Button>
            )
          )}
        </span>
      </header>
      <p>{model.description}</p>
      {installation && (
        <div className={styles.installing}>
          <p>
            {text.jobs.stages[installation.progress?.stage ?? ""] ?? installation.progress?.stage}
            {installation.totalBytes > 0n && ` · ${text.models.received(size(installation.receivedBytes), size(installation.totalBytes))}`}
          </p>
          <ProgressBar label={model.displayName} fraction={installation.progress?.fraction ?? 0} />
        </div>
      )}
      <Quality model={model} />
      <dl className={styles.facts}>
        <div>
          <dt>{text.models.license}</dt>
          <dd>
            {model.licenseUri ? (
              <a href={model.licenseUri} target="_blank" rel="noreferrer">
                {model.license}
              </a>
            ) : (
              model.license
            )}
          </dd>
        </div>
        <div>
          <dt>{text.models.size}</dt>
          <dd>{size(model.sizeBytes)}</dd>
        </div>
        {model.networkCount > 1 && (
          <div>
            <dt>{text.models.networks}</dt>
            <dd>{model.networkCount}</dd>
          </div>
        )}
        {!model.installed && model.installCommand && (
          <div>
            <dt>{text.models.command}</dt>
            <dd>
              <code>{model.installCommand}</code>
            </dd>
          </div>
        )}
      </dl>
    </li>
  );
}

/** Published quality of each stem as bars; just the stems where nothing is published. */
function Quality({ model }: { model: Model }) {
  const decibels = new Map(model.quality.map(({ stem, sdrDb }) => [stem, sdrDb]));
  return (
    <ul
      className={decibels.size ? styles.quality : styles.unmeasured}
      title={decibels.size ? `${text.models.qualityWords} ${model.qualitySource}` : text.models.unmeasured}
    >
      {model.stems.map((stem) => {
        const db = decibels.get(stem);
        return (
          <li key={stem}>
            <span className={styles.stem}>
              <i style={{ background: stemColour(stem) }} />
              {stemTitle(stem)}
            </span>
            {db !== undefined && (
              <>
                <span className={styles.scale} aria-hidden>
                  <i style={{ background: stemColour(stem), width: `${Math.min(100, (100 * Math.max(0, db)) / BEST_DB)}%` }} />
                </span>
                <span className={styles.decibels}>{`${db.toFixed(1)} dB`}</span>
              </>
            )}
          </li>
        );
      })}
    </ul>
  );
}
