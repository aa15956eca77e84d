import { Coffee } from "lucide-react";
import { useState } from "react";

import view from "../app/View.module.css";
import { text } from "../text/en";
import { Button } from "../ui/Button";
import { FailedMessage, Message } from "../ui/Message";
import { useNow } from "../ui/use-now";
import { JobCard } from "./JobCard";
import { useJobActions, useJobs } from "./use-jobs";

const STEP = 50;

/** What the server does now, and what it did before. */
export default function JobsView() {
  const { active, ended, isPending, error, refetch } = useJobs();
  const actions = useJobActions();
  const now = useNow(10_000);
  const [shown, setShown] = useState(STEP);
  return (
    <>
      <header className={view.header}>
        <h1>{text.jobs.title}</h1>
      </header>
      <div className={view.body}>
        {error && <FailedMessage title={text.jobs.failed} cause={error} onRetry={refetch} />}
        {!error && !isPending && active.length + ended.length === 0 && <Message icon={Coffee} title={text.jobs.idle.title} words={text.jobs.idle.words} />}
        {active.length > 0 && (
          <section className={view.section}>
            <h2>{text.jobs.active}</h2>
            <ul className={view.cards}>
              {active.map((job) => (
                <JobCard key={job.name} job={job} actions={actions} now={now} />
              ))}
            </ul>
          </section>
        )}
        {ended.length > 0 && (
          <section className={view.section}>
            <h2>{text.jobs.finished}</h2>
            <ul className={view.cards}>
              {ended.slice(0, shown).map((job) => (
                <JobCard key={job.name} job={job} actions={actions} now={now} />
              ))}
            </ul>
            {ended.length > shown && <Button onClick={() => setShown(shown + STEP)}>{text.jobs.older}</Button>}
          </section>
        )}
      </div>
    </>
  );
}
