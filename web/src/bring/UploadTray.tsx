import { RotateCw, X } from "lucide-react";
import { useSyncExternalStore } from "react";

import { ended } from "../api/transfers";
import { Link, trackPath } from "../app/routes";
import { text } from "../text/en";
import { percent, size } from "../text/format";
import { IconButton } from "../ui/Button";
import { ProgressBar } from "../ui/ProgressBar";
import { Tray, TrayName, TrayRow, TrayStatus } from "../ui/Tray";
import type { Upload, UploadQueue } from "./uploads";

/** Files on their way in, each with its progress and a way to stop it. */
export function UploadTray({ queue }: { queue: UploadQueue }) {
  const uploads = useSyncExternalStore(queue.subscribe, queue.snapshot);
  if (uploads.length === 0) return null;
  return (
    <Tray
      label={text.bring.uploadsLabel}
      title={text.bring.uploads(uploads.length)}
      cancel={text.bring.cancelAll}
      onCancel={uploads.every(ended) ? undefined : () => queue.cancelAll()}
      clear={text.bring.clear}
      onClear={() => queue.clear()}
    >
      {uploads.map((upload) => (
        <TrayRow key={upload.id} name={<Name upload={upload} />} status={<Status upload={upload} />} control={<Control upload={upload} queue={queue} />} />
      ))}
    </Tray>
  );
}

function Name({ upload: { file, state } }: { upload: Upload }) {
  const name = <TrayName>{file.name}</TrayName>;
  return state.kind === "done" ? <Link to={trackPath(state.track)}>{name}</Link> : name;
}

function Status({ upload: { file, state } }: { upload: Upload }) {
  switch (state.kind) {
    case "waiting":
      return <TrayStatus>{text.bring.waiting}</TrayStatus>;
    case "sending":
      return (
        <>
          <TrayStatus>{`${percent(state.fraction)} · ${size(file.size)}`}</TrayStatus>
          <ProgressBar label={file.name} fraction={state.fraction} />
        </>
      );
    case "checking":
      return (
        <>
          <TrayStatus>{text.bring.checking}</TrayStatus>
          <ProgressBar label={file.name} fraction={undefined} />
        </>
      );
    case "done":
      return <TrayStatus kind="done">{text.bring.done}</TrayStatus>;
    case "failed":
      return <TrayStatus kind="failed">{state.words}</TrayStatus>;
    case "cancelled":
      return <TrayStatus>{text.bring.cancelled}</TrayStatus>;
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
