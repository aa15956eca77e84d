import { SearchX } from "lucide-react";

import { tracks } from "../api/collections";
import { useRecords } from "../api/use-records";
import { Link } from "../app/routes";
import { text } from "../text/en";
import { FailedMessage, Message } from "../ui/Message";
import { TrackAnalysis } from "./TrackAnalysis";

/** What was measured of one song. */
export default function AnalysisView({ track: name }: { track: string }) {
  const library = useRecords(tracks);
  const track = library.data?.get(name);
  if (library.isError && !library.data) {
    return <FailedMessage title={text.studio.unreadable} cause={library.error} whole onRetry={() => void library.refetch()} />;
  }
  if (!track) {
    if (library.isFetching) return null;
    return (
      <Message icon={SearchX} title={text.studio.gone} words={text.studio.goneWords} whole>
        <Link to="/">{text.notFound.back}</Link>
      </Message>
    );
  }
  return <TrackAnalysis track={track} />;
}
