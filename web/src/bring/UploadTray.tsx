import { Check, CircleAlert, ListX, RotateCw, X } from "lucide-react";
import { useSyncExternalStore } from "react";

import { Link, trackPath } from "../app/routes";
import { text } from "../text/en";
import { percent, size } from "../text/format";
import { IconButton } from "../ui/Button";
import { ProgressBar } from "../ui/ProgressBar";
import type { Upload, UploadQueue } from "./uploads";
import styles from "./UploadTray.module.css";

/** Files on their way in, each with its progress and a way to stop it. */
export function UploadTray({ queue }: { queue: UploadQueue }) {
  const uploads = useSyncExternalStore(queue.subscribe, queue.snapshot);
  if (uploads.length === 0) return null;
  return (
    <section className={styles.tray} aria-label={text.bring.uploadsLabel}>
      <header className={styles.header}>
        <h2>{text.bring.uploads(uploads.length)}</h2>
        <IconButton label={text.bring.clear} icon={ListX} onClick={() => queue.clear()} />
      </header>
      <ul className={styles.list}>
        {uploads.map((upload) => (
          <li key={upload.id} className={styles.upload}>
            <div className={styles.words}>
              <Name upload={upload} />
              <Status upload={upload} />
            </div>
            <Control upload={upload} queue={queue} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Name({ upload: { file, state } }: { upload: Upload }) {
  return state.kind === "done" ? (
    <Link to={trackPath(state.track)} className={styles.name}>
      {file.name}
    </Link>
  ) : (
    <span className={styles.name}>{file.name}</span>
  );
}

function Status({ upload: { file, state } }: { upload: Upload }) {
  switch (state.kind) {
    case "waiting":
      return <span className={styles.status}>{text.bring.waiting}</span>;
    case "sending":
      return (
        <>
          <span className={styles.status}>{`${percent(state.fraction)} · ${size(file.size)}`}</span>
          <ProgressBar label={file.name} fraction={state.fraction} />
        </>
      );
    case "checking":
      return (
        <>
          <span className={styles.status}>{text.bring.checking}</span>
          <ProgressBar label={file.name} fraction={undefined} />
        </>
      );
    case "done":
      return (
        <span className={styles.done}>
          <Check size={14} aria-hidden />
          {text.bring.done}
        </span>
      );
    case "failed":
      return (
        <span className={styles.failed} role="alert">
          <CircleAlert size={14} aria-hidden />
          {state.words}
        </span>
      );
    case "cancelled":
      return <span className={styles.status}>{text.bring.cancelled}</span>;
  }
}

function Control({ upload: { id, file, state }, queue }: { upload: Upload; queue: UploadQueue }) {
  if (state.kind === "done") return null;
  return state.kind === "failed" || state.kind === "cancelled" ? (
    <IconButton label={text.bring.again(file.name)} icon={RotateCw} size={16} onClick={() => queue.retry(id)} />
  ) : (
    <IconButton label={text.bring.cancelUpload(file.name)} icon={X} size={16} onClick={() => queue.cancel(id)} />
  );
}
