import { RotateCw, X } from "lucide-react";
import { useSyncExternalStore } from "react";

import { ended } from "../api/transfers";
import { exportText } from "../text/export";
import { percent, size } from "../text/format";
import { IconButton } from "../ui/Button";
import { ProgressBar } from "../ui/ProgressBar";
import { Tray, TrayName, TrayRow, TrayStatus } from "../ui/Tray";
import { type Export, exportQueue } from "./exports";

const { tray } = exportText;

/** Files on their way out, each with its progress and a way to stop it. */
export function ExportTray() {
  const all = useSyncExternalStore(exportQueue.subscribe, exportQueue.snapshot);
  if (all.length === 0) return null;
  const going = !all.every(ended);
  return (
    <Tray
      label={tray.label}
      title={titleOf(all)}
      fraction={going && all.length > 1 ? fractionOf(all) : undefined}
      cancel={tray.cancelAll}
      onCancel={going ? () => exportQueue.cancelAll() : undefined}
      clear={tray.clear}
      onClear={() => exportQueue.clear()}
    >
      {all.map((one) => (
        <TrayRow key={one.id} name={<TrayName>{one.name}</TrayName>} status={<Status of={one} />} control={<Control of={one} />} />
      ))}
    </Tray>
  );
}

function titleOf(all: readonly Export[]): string {
  const over = all.filter(ended).length;
  const failed = all.filter(({ state }) => state.kind === "failed").length;
  const words = over < all.length ? tray.exporting(over, all.length) : tray.count(all.length);
  return failed > 0 && all.length > 1 ? `${words}, ${tray.failed(failed)}` : words;
}

/** How much of the work is over, each file the same. */
function fractionOf(all: readonly Export[]): number {
  const over = all.map((one) => (ended(one) ? 1 : one.state.kind === "running" ? (one.state.fraction ?? 0) : 0));
  return over.reduce((sum: number, fraction) => sum + fraction, 0) / all.length;
}

function Status({ of: { name, state } }: { of: Export }) {
  switch (state.kind) {
    case "waiting":
      return <TrayStatus>{tray.waiting}</TrayStatus>;
    case "running": {
      const unknown = state.received ? tray.received(size(state.received)) : tray.preparing;
      return (
        <>
          <TrayStatus>{state.fraction === undefined ? unknown : tray.making(percent(state.fraction))}</TrayStatus>
          <ProgressBar label={name} fraction={state.fraction} />
        </>
      );
    }
    case "done":
      return <TrayStatus kind="done">{tray.done(size(state.size), state.remark)}</TrayStatus>;
    case "failed":
      return <TrayStatus kind="failed">{state.words}</TrayStatus>;
    case "cancelled":
      return <TrayStatus>{tray.cancelled}</TrayStatus>;
  }
}

function Control({ of: { id, name, state } }: { of: Export }) {
  if (state.kind === "done") return null;
  return state.kind === "failed" || state.kind === "cancelled" ? (
    <IconButton label={tray.again(name)} icon={RotateCw} size={16} onClick={() => exportQueue.retry(id)} />
  ) : (
    <IconButton label={tray.cancel(name)} icon={X} size={16} onClick={() => exportQueue.cancel(id)} />
  );
}
