import { useTransport } from "@connectrpc/connect-query";
import { useState } from "react";

import type { Standing } from "../studio/standing";
import { exportText } from "../text/export";
import { AnalysisPart } from "./AnalysisPart";
import { BundlePart } from "./BundlePart";
import { type Kind, KINDS, useChoices } from "./choices";
import { ExportFrame } from "./ExportFrame";
import { MixPart } from "./MixPart";
import { mixOf } from "./mix";
import { type Exportable, has, ordersOf } from "./orders";
import { StemsPart } from "./StemsPart";

/** Everything that can be had of a song as files: its mix, its stems, one file of all of them, what was measured. */
export function ExportDialog({ song, standing, onClose }: { song: Exportable; standing: Standing | undefined; onClose: () => void }) {
  const transport = useTransport();
  const [choices, setChoices] = useChoices();
  const [looped, setLooped] = useState(true);
  const [without, setWithout] = useState<readonly string[]>([]);
  const kinds = KINDS.filter((kind) => has(song, kind));
  const kind: Kind = kinds.includes(choices.kind) ? choices.kind : (kinds[0] ?? "mix");

  const mix = mixOf(song.separation?.stems ?? [], standing?.settings ?? []);
  const loop = standing?.loop;
  const part = looped ? loop : undefined;
  return (
    <ExportFrame
      title={exportText.title}
      kinds={kinds.map((value) => ({ value, text: exportText.kinds[value] }))}
      kind={kind}
      onKind={(next) => setChoices({ ...choices, kind: next })}
      orders={ordersOf(transport, song, { ...choices, kind }, { mix, part, without })}
      onClose={onClose}
    >
      {kind === "mix" && (
        <MixPart mix={mix} loop={loop} looped={looped} onLooped={setLooped} shift={standing?.shift} choices={choices} onChoices={setChoices} />
      )}
      {kind === "stems" && (
        <StemsPart stems={song.separation?.stems ?? []} without={without} onWithout={setWithout} choices={choices} onChoices={setChoices} />
      )}
      {kind === "bundle" && <BundlePart choices={choices} onChoices={setChoices} />}
      {kind === "analysis" && <AnalysisPart choices={choices} onChoices={setChoices} />}
    </ExportFrame>
  );
}
