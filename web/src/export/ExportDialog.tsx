import { useTransport } from "@connectrpc/connect-query";
import { Download } from "lucide-react";
import { useState } from "react";

import type { Standing } from "../studio/standing";
import { exportText } from "../text/export";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Tabs } from "../ui/Tabs";
import { AnalysisPart } from "./AnalysisPart";
import { BundlePart } from "./BundlePart";
import { type Kind, KINDS, useChoices } from "./choices";
import styles from "./ExportDialog.module.css";
import { exportQueue } from "./exports";
import { MixPart } from "./MixPart";
import { mixOf } from "./mix";
import { type Exportable, ordersOf } from "./orders";
import { placeFor, sinkFor } from "./sink";
import { StemsPart } from "./StemsPart";

/** Everything that can be had of a song as files: its mix, its stems, one file of all of them, what was measured. */
export function ExportDialog({ song, standing, onClose }: { song: Exportable; standing: Standing | undefined; onClose: () => void }) {
  const transport = useTransport();
  const [choices, setChoices] = useChoices();
  const [looped, setLooped] = useState(true);
  const [without, setWithout] = useState<readonly string[]>([]);
  const kinds = KINDS.filter((kind) => (kind === "analysis" ? song.analysed : song.separation !== undefined));
  const kind: Kind = kinds.includes(choices.kind) ? choices.kind : (kinds[0] ?? "mix");

  const mix = mixOf(song.separation?.stems ?? [], standing?.settings ?? []);
  const loop = standing?.loop;
  const part = looped ? loop : undefined;
  const orders = ordersOf(transport, song, { ...choices, kind }, { mix, part, without });

  const run = async () => {
    onClose();
    for (const { name, bytes, fetching } of orders) {
      try {
        const place = await placeFor(name, bytes);
        exportQueue.add(name, fetching, () => sinkFor(place));
      } catch {
        return; // whoever is asked where it should go, and does not say, does not want it
      }
    }
  };

  return (
    <Dialog title={exportText.title} open onClose={onClose}>
      <Tabs
        label={exportText.title}
        value={kind}
        tabs={kinds.map((value) => ({ value, text: exportText.kinds[value] }))}
        onChange={(next) => setChoices({ ...choices, kind: next })}
      >
        {kind === "mix" && (
          <MixPart mix={mix} loop={loop} looped={looped} onLooped={setLooped} shift={standing?.shift} choices={choices} onChoices={setChoices} />
        )}
        {kind === "stems" && (
          <StemsPart stems={song.separation?.stems ?? []} without={without} onWithout={setWithout} choices={choices} onChoices={setChoices} />
        )}
        {kind === "bundle" && <BundlePart choices={choices} onChoices={setChoices} />}
        {kind === "analysis" && <AnalysisPart choices={choices} onChoices={setChoices} />}
      </Tabs>
      <footer className={styles.footer}>
        <Button look="primary" icon={Download} disabled={orders.length === 0} onClick={() => void run()}>
          {exportText.go(orders.length)}
        </Button>
      </footer>
    </Dialog>
  );
}
