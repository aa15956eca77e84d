import { Download, Ellipsis, Pencil, ScanSearch, Split, Trash2 } from "lucide-react";
import { memo } from "react";

import { Link, trackPath } from "../app/routes";
import { text } from "../text/en";
import { ago, clock } from "../text/format";
import { IconButton } from "../ui/Button";
import { Checkbox } from "../ui/Checkbox";
import { classes } from "../ui/classes";
import { Menu } from "../ui/Menu";
import { Name } from "../ui/Name";
import { Artwork } from "./Artwork";
import { KeyChip } from "./KeyChip";
import type { Row } from "./rows";
import { StateBadge } from "./StateBadge";
import styles from "./TrackTable.module.css";

/** What can be done with a track. */
export interface TrackActions {
  separate: (row: Row) => void;
  analyse: (row: Row) => void;
  export: (row: Row) => void;
  edit: (row: Row) => void;
  remove: (row: Row) => void;
  select: (row: Row, selected: boolean, upTo: boolean) => void;
}

/** One track of the list. */
export const TrackRow = memo(function TrackRow({
  row,
  index,
  selected,
  actions,
  now,
}: {
  row: Row;
  index: number;
  selected: boolean;
  actions: TrackActions;
  now: Date;
}) {
  const { track } = row;
  return (
    <div className={classes(styles.row, selected && styles.selected)} role="row" aria-rowindex={index + 2} aria-selected={selected}>
      <span role="cell" className={styles.check}>
        <Checkbox
          label={text.library.select(track.title)}
          checked={selected}
          onChange={() => undefined}
          onClick={(event) => actions.select(row, !selected, event.shiftKey)}
        />
      </span>
      <span role="cell" className={styles.song}>
        <Artwork artifact={track.artworkArtifact} />
        <span className={styles.names}>
          <Link to={trackPath(track.name)} className={styles.title} data-row={index}>
            <Name words={track.title} />
          </Link>
          <Name words={track.artist || text.library.unknownArtist} className={styles.artist} />
        </span>
      </span>
      <span role="cell" className={styles.album}>
        <Name words={track.album} />
      </span>
      <span role="cell" className={styles.bpm}>
        {row.bpm > 0 && text.library.bpm(row.bpm)}
      </span>
      <span role="cell" className={styles.key}>
        {row.key && <KeyChip of={row.key} />}
      </span>
      <span role="cell" className={styles.state}>
        <StateBadge state={row.state} />
      </span>
      <span role="cell" className={styles.length}>
        {clock(row.seconds)}
      </span>
      <span role="cell" className={styles.added}>
        {ago(row.added, now)}
      </span>
      <span role="cell" className={styles.actions}>
        <Menu
          items={[
            { text: text.library.separate, icon: Split, onSelect: () => actions.separate(row) },
            { text: text.library.analyse, icon: ScanSearch, onSelect: () => actions.analyse(row) },
            { text: text.library.export, icon: Download, onSelect: () => actions.export(row) },
            { text: text.library.edit, icon: Pencil, onSelect: () => actions.edit(row) },
            { text: text.library.delete, icon: Trash2, onSelect: () => actions.remove(row), danger: true },
          ]}
        >
          <IconButton label={text.library.actions(track.title)} icon={Ellipsis} />
        </Menu>
      </span>
    </div>
  );
});
