import type { Track } from "@sound-forge-alchemy/api/alchemy/library/v1/track_pb.js";
import type { Separation } from "@sound-forge-alchemy/api/alchemy/processing/v1/separation_pb.js";
import { Download } from "lucide-react";
import { useState } from "react";

import { ExportDialog } from "../export/ExportDialog";
import { exportableOf } from "../export/orders";
import { exportText } from "../text/export";
import { Button } from "../ui/Button";
import type { Deck } from "./deck";
import { standingOf } from "./standing";

/** Opens the dialog in which a song, its stems and what was measured of it become files. Nothing while there is nothing of these. */
export function ExportButton({ track, separation, deck }: { track: Track; separation: Separation | undefined; deck: Deck | undefined }) {
  const [open, setOpen] = useState(false);
  const done = separation && deck && !deck.live ? { separation, deck } : undefined;
  const analysed = track.music !== undefined;
  if (!done && !analysed) return null;
  return (
    <>
      <Button icon={Download} onClick={() => setOpen(true)}>
        {exportText.open}
      </Button>
      {open && (
        <ExportDialog
          song={exportableOf(track, done?.separation)}
          standing={done && standingOf(done.deck.id)}
          onClose={() => setOpen(false)}
        />
      )}
    </>
  );
}
