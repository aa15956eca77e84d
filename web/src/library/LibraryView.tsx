import type { Track } from "@sound-forge-alchemy/api/alchemy/library/v1/track_pb.js";
import { CircleAlert, Disc3, Plus, SearchX } from "lucide-react";
import { Suspense, useDeferredValue, useEffect, useMemo, useRef, useState } from "react";

import { separations, tracks } from "../api/collections";
import { failureOf } from "../api/failure";
import { useRecords } from "../api/use-records";
import { later } from "../app/later";
import { replaceQuery, useQueryString } from "../app/routes";
import view from "../app/View.module.css";
import { useBringIn } from "../bring/context";
import { text } from "../text/en";
import { Button } from "../ui/Button";
import { Choice } from "../ui/Choice";
import { FailedMessage, Message } from "../ui/Message";
import { useRemembered } from "../ui/remembered";
import { SearchField } from "../ui/SearchField";
import { useDelete, useDoomed } from "./deletion";
import { useAnalyse } from "./analysing";
import { FilterChips } from "./FilterChips";
import styles from "./LibraryView.module.css";
import { MusicFilters } from "./MusicFilters";
import { type LibraryQuery, libraryQueryFrom, noteLibrary, queryOfLibrary, WHOLE_LIBRARY } from "./query";
import { arranged, type Filter, FILTERS, type Row, rowsOf, type Sort, SORT_COLUMNS, type SortColumn } from "./rows";
import { SelectionBar } from "./SelectionBar";
import { useSeparate } from "./separating";
import type { TrackActions } from "./TrackRow";
import { TrackTable } from "./TrackTable";

const EditTrack = later(() => import("./EditTrack"));
const ExportTracks = later(() => import("./ExportTracks"));

const NOTHING: ReadonlyMap<string, never> = new Map<string, never>();

/** Every track that somebody has. Which of them show, and in which order, is part of the address. */
export function LibraryView() {
  const bringIn = useBringIn();
  const library = useRecords(tracks);
  const jobs = useRecords(separations);
  const doomed = useDoomed();
  const remove = useDelete();
  const separate = useSeparate();
  const analyse = useAnalyse();
  const address = useQueryString();
  const query = useMemo(() => libraryQueryFrom(address), [address]);
  useEffect(() => noteLibrary(address), [address]);
  const [usual, setUsual] = useRemembered<Sort>("sort", sortFrom);
  const { words, filter, music, sort = usual } = query;
  const change = (next: Partial<LibraryQuery>) => replaceQuery(queryOfLibrary({ ...query, ...next }));
  const [selection, setSelection] = useState<ReadonlySet<string>>(new Set());
  const [edited, setEdited] = useState<Row>();
  const [exported, setExported] = useState<readonly Track[]>([]);
  const lastSelected = useRef<string>(undefined);

  // Thousands of tracks are drawn in pieces, so that the browser can answer meanwhile.
  const [listed, separated] = [useDeferredValue(library.data), useDeferredValue(jobs.data)];
  const all = useMemo(
    () => rowsOf(listed ?? NOTHING, separated ?? NOTHING).filter((row) => !doomed.has(row.track.name)),
    [listed, separated, doomed],
  );
  const looked = useDeferredValue(words);
  const rows = useMemo(() => arranged(all, looked, filter, sort, music), [all, looked, filter, sort, music]);
  // What is done to the selection is done to what shows of it, never to what a filter hides.
  const selected = useMemo(() => rows.filter((row) => selection.has(row.track.name)), [rows, selection]);

  const shown = useRef(rows);
  useEffect(() => {
    shown.current = rows;
  }, [rows]);
  const actions = useMemo<TrackActions>(
    () => ({
      separate: (row) => void separate([row.track.name]),
      analyse: (row) => void analyse([row.track.name]),
      export: (row) => setExported([row.track]),
      edit: setEdited,
      remove: (row) => remove([row.track]),
      select: (row, on, upTo) => {
        const names = upTo ? between(shown.current, lastSelected.current, row.track.name) : [row.track.name];
        lastSelected.current = row.track.name;
        setSelection((before) => changed(before, names, on));
      },
    }),
    [separate, analyse, remove],
  );
  const sortBy = (column: SortColumn) => {
    const order = { column, descending: sort.column === column ? !sort.descending : column === "added" };
    setUsual(order);
    change({ sort: order });
  };
  useEffect(() => {
    const selectAll = (event: KeyboardEvent) => {
      const elsewhere = event.target instanceof HTMLElement && event.target.closest("input, textarea, [contenteditable], [role=dialog], [role=menu]");
      if (event.key.toLowerCase() !== "a" || !(event.ctrlKey || event.metaKey) || elsewhere) return;
      event.preventDefault();
      setSelection(new Set(shown.current.map((row) => row.track.name)));
    };
    document.addEventListener("keydown", selectAll);
    return () => document.removeEventListener("keydown", selectAll);
  }, []);

  return (
    <>
      <header className={view.header}>
        <h1>{text.library.title}</h1>
        {all.length > 0 && (
          <>
            <SearchField label={text.library.search} clearLabel={text.library.clearSearch} value={words} onChange={(words) => change({ words })} />
            <Choice
              label={text.library.filter.label}
              value={filter}
              options={FILTERS.map((value) => ({ value, text: text.library.filter[value] }))}
              onChange={(value) => change({ filter: value as Filter })}
            />
            <MusicFilters filter={music} onChange={(music) => change({ music })} />
          </>
        )}
        <Button look="primary" icon={Plus} onClick={bringIn.open}>
          {text.library.add}
        </Button>
      </header>
      {all.length > 0 && <FilterChips filter={music} onChange={(music) => change({ music })} />}
      {jobs.isError && !jobs.data && library.data && (
        <p className={styles.unknown} role="alert">
          {text.library.statesUnknown} {failureOf(jobs.error).words}
        </p>
      )}
      {library.isError && !library.data ? (
        <FailedMessage title={text.library.failed} cause={library.error} onRetry={() => void library.refetch()} />
      ) : !listed ? (
        <div className={styles.loading} role="status" aria-label={text.common.loading} />
      ) : all.length === 0 ? (
        <Message icon={Disc3} title={text.library.empty.title} words={text.library.empty.words}>
          <Button look="primary" icon={Plus} onClick={bringIn.open}>
            {text.library.add}
          </Button>
        </Message>
      ) : rows.length === 0 ? (
        <Message icon={filter === "failed" ? CircleAlert : SearchX} title={text.library.nothing.title} words={text.library.nothing.words}>
          <Button onClick={() => change({ ...WHOLE_LIBRARY, sort: query.sort })}>{text.library.nothing.clear}</Button>
        </Message>
      ) : (
        <>
          <TrackTable
            rows={rows}
            selection={selection}
            sort={sort}
            onSort={sortBy}
            onSelectAll={(on) => setSelection(on ? new Set(rows.map((row) => row.track.name)) : new Set())}
            actions={actions}
          />
          {selected.length > 0 ? (
            <SelectionBar
              count={selected.length}
              onSeparate={() => {
                void separate(selected.map((row) => row.track.name));
                setSelection(new Set());
              }}
              onAnalyse={() => {
                void analyse(selected.map((row) => row.track.name));
                setSelection(new Set());
              }}
              onExport={() => setExported(selected.map((row) => row.track))}
              onDelete={() => {
                remove(selected.map((row) => row.track));
                setSelection(new Set());
              }}
              onClear={() => setSelection(new Set())}
            />
          ) : (
            <footer className={styles.count}>{text.library.tracks(rows.length, all.length)}</footer>
          )}
        </>
      )}
      <Suspense>
        {edited && <EditTrack track={edited.track} onClose={() => setEdited(undefined)} />}
        {exported.length > 0 && <ExportTracks tracks={exported} onOrdered={() => setSelection(new Set())} onClose={() => setExported([])} />}
      </Suspense>
    </>
  );
}

function sortFrom(stored: unknown): Sort {
  const { column, descending } = (stored ?? {}) as Record<string, unknown>;
  const known = SORT_COLUMNS.find((one) => one === column);
  return known ? { column: known, descending: descending === true } : { column: "added", descending: true };
}

/** The names from one row to another, both included, whichever comes first. */
function between(rows: readonly Row[], from: string | undefined, to: string): string[] {
  const names = rows.map((row) => row.track.name);
  const [a, b] = [names.indexOf(from ?? to), names.indexOf(to)];
  return a < 0 ? [to] : names.slice(Math.min(a, b), Math.max(a, b) + 1);
}

function changed(selection: ReadonlySet<string>, names: readonly string[], on: boolean): ReadonlySet<string> {
  const next = new Set(selection);
  for (const name of names) {
    if (on) next.add(name);
    else next.delete(name);
  }
  return next;
}
