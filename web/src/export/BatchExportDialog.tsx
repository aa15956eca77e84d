import { useTransport } from "@connectrpc/connect-query";
import { useState } from "react";

import { exportText } from "../text/export";
import { AnalysisPart } from "./AnalysisPart";
import { BundlePart } from "./BundlePart";
import { type Kind, useChoices } from "./choices";
import { ExportFrame } from "./ExportFrame";
import { LeftOut } from "./LeftOut";
import { type Exportable, has, ordersOf } from "./orders";
import { StemsPart } from "./StemsPart";

/** A mix is made on a desk; songs that lie in a list have none. */
const KINDS = ["bundle", "stems", "analysis"] as const satisfies readonly Kind[];

/** What can be had of several songs at once, each in files of its own. */
export function BatchExportDialog({ songs, onOrdered, onClose }: { songs: readonly Exportable[]; onOrdered: () => void; onClose: () => void }) {
  const transport = useTransport();
  const [choices, setChoices] = useChoices();
  const [without, setWithout] = useState<readonly string[]>([]);
  const kind = KINDS.find((one) => one === choices.kind) ?? KINDS[0];
  const stems = [...new Set(songs.flatMap(({ separation }) => separation?.stems ?? []))];
  return (
    <ExportFrame
      title={exportText.titleOf(songs.length, songs[0]?.title ?? "")}
      kinds={KINDS.map((value) => ({ value, text: songs.length === 1 ? exportText.kinds[value] : exportText.kindsOfMany[value] }))}
      kind={kind}
      onKind={(next) => setChoices({ ...choices, kind: next })}
      orders={songs.flatMap((song) => ordersOf(transport, song, { ...choices, kind }, { without }))}
      onOrdered={onOrdered}
      onClose={onClose}
    >
      <LeftOut songs={songs} kind={kind} without={stems.every((stem) => without.includes(stem)) ? [] : without} />
      {songs.some((song) => has(song, kind)) && (
        <>
          {kind === "bundle" && <BundlePart choices={choices} onChoices={setChoices} />}
          {kind === "stems" && <StemsPart stems={stems} without={without} onWithout={setWithout} choices={choices} onChoices={setChoices} />}
          {kind === "analysis" && <AnalysisPart choices={choices} onChoices={setChoices} />}
        </>
      )}
    </ExportFrame>
  );
}
