import type { Track } from "@sound-forge-alchemy/api/alchemy/library/v1/track_pb.js";
import { useMemo } from "react";

import { separations } from "../api/collections";
import { useRecords } from "../api/use-records";
import { BatchExportDialog } from "../export/BatchExportDialog";
import { exportableOf } from "../export/orders";
import { newestStems } from "./rows";

/** What can be had of tracks of the library; of their stems, the newest. */
export default function ExportTracks({ tracks, onOrdered, onClose }: { tracks: readonly Track[]; onOrdered: () => void; onClose: () => void }) {
  const { data } = useRecords(separations);
  const songs = useMemo(() => {
    const stems = newestStems(data ?? new Map());
    return tracks.map((track) => exportableOf(track, stems.get(track.name)));
  }, [tracks, data]);
  return <BatchExportDialog songs={songs} onOrdered={onOrdered} onClose={onClose} />;
}
