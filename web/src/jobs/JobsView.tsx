import { Coffee, SearchX } from "lucide-react";
import { type ReactNode, useDeferredValue, useMemo, useState } from "react";

import { replaceQuery, useQueryString } from "../app/routes";
import view from "../app/View.module.css";
import { text } from "../text/en";
import { Button } from "../ui/Button";
import { FailedMessage, Message } from "../ui/Message";
import { useNow } from "../ui/use-now";
import { ANY_JOB, filtered, filterFrom, type JobFilter, queryOf } from "./filter";
import { JobCard } from "./JobCard";
import { JobFilters } from "./JobFilters";
import type { Job } from "./jobs";
import styles from "./JobsView.module.css";
import { NoWorker } from "./NoWorker";
import { type JobActions, useJobActions, useJobs } from "./use-jobs";

const STEP = 50;

/** What the server does now, and what it did before. Which of it shows is part of the address. */
export default function JobsView() {
  const { active, ended, isPending, error, refetch } = useJobs();
  const actions = useJobActions();
  const now = useNow(10_000);
  const [most, setMost] = useState(STEP);
  const query = useQueryString();
  const filter = useMemo(() => filterFrom(query), [query]);
  const change = (next: JobFilter) => replaceQuery(queryOf(next));
  const looked = useDeferredValue(filter);
  const shown = useMemo(() => ({ active: filtered(active, looked), ended: filtered(ended, looked) }), [active, ended, looked]);
  const all = active.length + ended.length;
  const some = shown.active.length + shown.ended.length;
  return (
    <>
      <header className={view.header}>
        <h1>{text.jobs.title}</h1>
        {all > 0 && <JobFilters filter={filter} onChange={change} />}
      </header>
      <div className={view.body}>
        {error && <FailedMessage title={text.jobs.failed} cause={error} onRetry={refetch} />}
        {!error && !isPending && all === 0 && <Message icon={Coffee} title={text.jobs.idle.title} words={text.jobs.idle.words} />}
        {!error && !isPending && all > 0 && some === 0 && (
          <NothingFound filter={looked} others={all} onClear={() => change(ANY_JOB)} />
        )}
        <NoWorker jobs={active} />
        <Jobs title={text.jobs.active} jobs={shown.active} actions={actions} now={now} />
        <Jobs title={text.jobs.finished} jobs={shown.ended.slice(0, most)} actions={actions} now={now}>
          {shown.ended.length > most && <Button onClick={() => setMost(most + STEP)}>{text.jobs.older}</Button>}
        </Jobs>
        {/* Always there: what is put into it later is read out. */}
        <p className={styles.count} role="status">
          {some > 0 && some < all && text.jobs.filter.count(some, all)}
        </p>
      </div>
    </>
  );
}

function NothingFound({ filter: { state, kind, words }, others, onClear }: { filter: JobFilter; others: number; onClear: () => void }) {
  const { none, states, kinds, clear } = text.jobs.filter;
  return (
    <Message icon={SearchX} title={none(state && states[state], kind && kinds[kind], words)} words={text.jobs.filter.others(others)}>
      <Button onClick={onClear}>{clear}</Button>
    </Message>
  );
}

function Jobs({ title, jobs, actions, now, children }: { title: string; jobs: readonly Job[]; actions: JobActions; now: Date; children?: ReactNode }) {
  if (jobs.length === 0) return null;
  return (
    <section className={view.section}>
      <h2>{title}</h2>
      <ul className={view.cards}>
        {jobs.map((job) => (
          <JobCard key={job.name} job={job} actions={actions} now={now} />
        ))}
      </ul>
      {children}
    </section>
  );
}
