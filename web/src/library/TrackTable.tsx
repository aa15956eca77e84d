import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown, ArrowUp } from "lucide-react";
import { type FocusEvent, type KeyboardEvent, useLayoutEffect, useMemo, useRef } from "react";

import { text } from "../text/en";
import { Checkbox } from "../ui/Checkbox";
import { classes } from "../ui/classes";
import { isAdrift } from "../ui/kept-focus";
import { useNow } from "../ui/use-now";
import type { Row, Sort, SortColumn } from "./rows";
import { type TrackActions, TrackRow } from "./TrackRow";
import styles from "./TrackTable.module.css";

const ROW_HEIGHT = 60;
const COLUMNS: readonly { column: SortColumn; title: string; style: string | undefined }[] = [
  { column: "title", title: text.library.columns.title, style: styles.song },
  { column: "album", title: text.library.columns.album, style: styles.album },
  { column: "bpm", title: text.library.columns.bpm, style: styles.bpm },
  { column: "key", title: text.library.columns.key, style: styles.key },
];
const LATER_COLUMNS: readonly { column: SortColumn; title: string; style: string | undefined }[] = [
  { column: "length", title: text.library.columns.length, style: styles.length },
  { column: "added", title: text.library.columns.added, style: styles.added },
];

/** The list of tracks; only what is in sight exists, however many there are. Arrow keys go from title to title. */
export function TrackTable({
  rows,
  selection,
  sort,
  onSort,
  onSelectAll,
  actions,
}: {
  rows: readonly Row[];
  selection: ReadonlySet<string>;
  sort: Sort;
  onSort: (column: SortColumn) => void;
  onSelectAll: (selected: boolean) => void;
  actions: TrackActions;
}) {
  const scroller = useRef<HTMLDivElement>(null);
  const now = useNow(30_000);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    getItemKey: (index) => rows[index]?.track.name ?? index,
    overscan: 8,
  });

  const moveFocus = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const from = event.target instanceof HTMLElement ? event.target.dataset["row"] : undefined;
    if (!step || from === undefined) return;
    event.preventDefault();
    const to = Math.max(0, Math.min(rows.length - 1, Number(from) + step));
    virtual.scrollToIndex(to);
    requestAnimationFrame(() => scroller.current?.querySelector<HTMLElement>(`[data-row="${to}"]`)?.focus());
  };

  // Who deletes a track by the keyboard goes on at the one that takes its place.
  const focused = useRef<{ name: string; index: number }>(undefined);
  const noteFocus = ({ target }: FocusEvent) => {
    const index = Number(target.closest("[role=row]")?.querySelector<HTMLElement>("[data-row]")?.dataset["row"] ?? -1);
    const name = rows[index]?.track.name; // none where it is the menu of a row, which is elsewhere on the page
    if (name !== undefined) focused.current = { name, index };
  };
  useLayoutEffect(() => {
    const before = focused.current;
    if (!before || rows[before.index]?.track.name === before.name) return;
    const index = rows.findIndex(({ track }) => track.name === before.name);
    focused.current = index < 0 ? undefined : { ...before, index };
    if (index >= 0 || !isAdrift()) return;
    scroller.current?.querySelector<HTMLElement>(`[data-row="${Math.min(before.index, rows.length - 1)}"]`)?.focus();
  }, [rows]);

  // Not at each step of the scrolling: there may be ten thousand.
  const chosen = useMemo(() => rows.filter((row) => selection.has(row.track.name)).length, [rows, selection]);
  const header = ({ column, title, style }: (typeof COLUMNS)[number]) => (
    <span key={column} role="columnheader" className={style} aria-sort={sort.column !== column ? "none" : sort.descending ? "descending" : "ascending"}>
      <button type="button" className={styles.sort} aria-label={text.library.sortBy(title)} onClick={() => onSort(column)}>
        {title}
        {sort.column === column && (sort.descending ? <ArrowDown size={14} aria-hidden /> : <ArrowUp size={14} aria-hidden />)}
      </button>
    </span>
  );

  return (
    <div className={styles.table} role="table" aria-label={text.library.title} aria-rowcount={rows.length + 1}>
      <div className={classes(styles.row, styles.head)} role="row" aria-rowindex={1}>
        <span role="columnheader" className={styles.check}>
          <Checkbox
            label={text.library.selectAll}
            checked={chosen === 0 ? false : chosen === rows.length ? true : "indeterminate"}
            onChange={onSelectAll}
          />
        </span>
        {COLUMNS.map(header)}
        <span role="columnheader" className={styles.state}>
          {text.library.columns.stems}
        </span>
        {LATER_COLUMNS.map(header)}
        <span role="columnheader" className={styles.actions}>
          <span className={styles.unseen}>{text.library.columns.actions}</span>
        </span>
      </div>
      <div ref={scroller} className={styles.scroller} role="rowgroup" onKeyDown={moveFocus} onFocus={noteFocus}>
        <div role="presentation" style={{ height: virtual.getTotalSize(), position: "relative" }}>
          {virtual.getVirtualItems().map(({ index, key, start }) => {
            const row = rows[index];
            return (
              row && (
                <div key={key} role="presentation" className={styles.place} style={{ height: ROW_HEIGHT, transform: `translateY(${start}px)` }}>
                  <TrackRow row={row} index={index} selected={selection.has(row.track.name)} actions={actions} now={now} />
                </div>
              )
            );
          })}
        </div>
      </div>
    </div>
  );
}
