import { useQuery } from "@connectrpc/connect-query";
import { ProcessingService } from "@sound-forge-alchemy/api/alchemy/processing/v1/processing_service_pb.js";
import { ChartNoAxesCombined, Pencil, Split } from "lucide-react";
import { useMemo, useState } from "react";

import { separations, tracks } from "../api/collections";
import { useArtifacts } from "../api/use-artifacts";
import { useRecords } from "../api/use-records";
import { LinkButton } from "../app/LinkButton";
import { analysisPath } from "../app/routes";
import { Artwork } from "../library/Artwork";
import EditTrack from "../library/EditTrack";
import { libraryPath } from "../library/query";
import { rowsOf } from "../library/rows";
import { useSeparate } from "../library/separating";
import { SongGone } from "../library/SongGone";
import { SongHeader } from "../library/SongHeader";
import { StateBadge } from "../library/StateBadge";
import { text } from "../text/en";
import { IconButton } from "../ui/Button";
import { Choice } from "../ui/Choice";
import { FailedMessage } from "../ui/Message";
import { type Deck, deckOf, MOST_LIVE_STEMS, playable } from "./deck";
import { Desk } from "./Desk";
import { ExportButton } from "./ExportButton";
import styles from "./TrackStudio.module.css";
import { useRefetchWhen } from "./use-refetch";
import { WholeSong } from "./WholeSong";

const NOTHING: ReadonlyMap<string, never> = new Map<string, never>();

/** One song, taken apart. */
export default function TrackStudio({ track: name }: { track: string }) {
  const library = useRecords(tracks);
  const jobs = useRecords(separations);
  const separate = useSeparate();
  const [chosen, setChosen] = useState("");
  const [editing, setEditing] = useState(false);
  const models = useQuery(ProcessingService.method.listModels, { pageSize: 1000 });

  const track = library.data?.get(name);
  const versions = useMemo(() => playable(jobs.data?.values() ?? [], name), [jobs.data, name]);
  const separation = versions.find((one) => one.name === chosen) ?? versions[0];
  const row = useMemo(() => (track ? rowsOf(new Map([[name, track]]), jobs.data ?? NOTHING)[0] : undefined), [track, jobs.data, name]);
  // The names of a separation's stems never change, so its files are asked for once.
  const done = separation !== undefined && separation.stems.length > 0;
  const files = useArtifacts(name, { enabled: done, again: true });
  const known = files.data?.artifacts;
  const missing = done && known !== undefined && !separation.stems.every(({ artifact }) => known.some((one) => one.name === artifact));
  const { refetch } = files;
  useRefetchWhen(missing, separation?.name ?? "", refetch);
  const deck = useSteady(track && separation && deckOf(track, separation, known ?? [], models.data?.models ?? []));

  if (library.isError && !library.data) {
    return <FailedMessage title={text.studio.unreadable} cause={library.error} whole onRetry={() => void library.refetch()} />;
  }
  if (jobs.isError && !jobs.data) {
    return <FailedMessage title={text.jobs.failed} cause={jobs.error} whole onRetry={() => void jobs.refetch()} />;
  }
  if (!jobs.data) return null;
  if (!track || !row) {
    if (library.isFetching) return null;
    return <SongGone />;
  }
  return (
    <>
      <SongHeader
        track={track}
        back={{ to: libraryPath(), words: text.notFound.back }}
        about={track.album}
        picture={<Artwork artifact={track.artworkArtifact} size={44} />}
      >
        {versions.length > 1 && separation && (
          <Choice
            label={text.studio.version}
            value={separation.name}
            options={versions.map((one, index) => ({ value: one.name, text: text.studio.versionOf(one.model.replace("models/", ""), versions.length - index) }))}
            onChange={setChosen}
          />
        )}
        <LinkButton to={analysisPath(name)} icon={ChartNoAxesCombined}>
          {text.analysis.open}
        </LinkButton>
        <ExportButton track={track} separation={separation} deck={deck} />
        <IconButton label={text.library.edit} icon={Pencil} onClick={() => setEditing(true)} />
        {row.state.kind !== "none" && row.state.kind !== "working" && (
          <IconButton label={text.studio.again} icon={Split} onClick={() => void separate([name])} />
        )}
      </SongHeader>
      {row.state.kind === "working" && (
        <div className={styles.progress}>
          <StateBadge state={row.state} />
          {deck?.live && (
            <span className={styles.live}>{text.studio.live(deck.stems.length === MOST_LIVE_STEMS)}</span>
          )}
        </div>
      )}
      {deck ? (
        <Desk deck={deck} track={track} />
      ) : done ? (
        files.isError ? (
          <FailedMessage title={text.studio.unreadable} cause={files.error} onRetry={() => void files.refetch()} />
        ) : null
      ) : (
        <WholeSong track={track} waiting={row.state.kind === "working"} onSeparate={() => void separate([name])} />
      )}
      {editing && <EditTrack track={track} onClose={() => setEditing(false)} />}
    </>
  );
}

/** The same deck for as long as it is the same sound: progress, and fresh addresses, must not interrupt anybody's listening. */
function useSteady(deck: Deck | undefined): Deck | undefined {
  const [steady, setSteady] = useState(deck);
  if (steady?.id !== deck?.id || steady?.stems.length !== deck?.stems.length) {
    setSteady(deck);
    return deck;
  }
  return steady;
}
