import { tracks } from "../api/collections";
import { useRecords } from "../api/use-records";
import { SongGone } from "../library/SongGone";
import { text } from "../text/en";
import { FailedMessage } from "../ui/Message";
import { TrackAnalysis } from "./TrackAnalysis";

/** What was measured of one song. */
export default function AnalysisView({ track: name }: { track: string }) {
  const library = useRecords(tracks);
  const track = library.data?.get(name);
  if (library.isError && !library.data) {
    return <FailedMessage title={text.studio.unreadable} cause={library.error} whole onRetry={() => void library.refetch()} />;
  }
  if (!track) return library.isFetching ? null : <SongGone />;
  return <TrackAnalysis track={track} />;
}
