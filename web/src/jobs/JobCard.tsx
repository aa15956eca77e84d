import { JobState } from "@sound-forge-alchemy/api/alchemy/type/v1/job_pb.js";
import { Ban, Check, CircleAlert, Download, HardDriveDownload, RotateCw, ScanSearch, Split, Trash2, X, type LucideIcon } from "lucide-react";

import { failureOfJob } from "../api/failure";
import { Link, trackPath } from "../app/routes";
import { text } from "../text/en";
import { ago, isolated, percent, secondsOf } from "../text/format";
import { IconButton } from "../ui/Button";
import { classes } from "../ui/classes";
import { Details } from "../ui/Message";
import { Name } from "../ui/Name";
import { ProgressBar } from "../ui/ProgressBar";
import styles from "./JobCard.module.css";
import { isActive, type Job } from "./jobs";
import type { JobActions } from "./use-jobs";

const ICONS: Readonly<Record<Job["kind"], LucideIcon>> = { separation: Split, analysis: ScanSearch, download: Download, installation: HardDriveDownload };

/** Below this score a match may well be another recording. */
const DOUBTFUL = 0.7;

/** One job: what it is, how far it is, and what can be done about it. */
export function JobCard({ job, actions, now }: { job: Job; actions: JobActions; now: Date }) {
  const Icon = ICONS[job.kind];
  const kind = [text.jobs.kind[job.kind], job.model && text.jobs.with(job.model.replace("models/", ""))].filter(Boolean).join(" ");
  return (
    <li className={styles.job}>
      <span className={styles.icon}>
        <Icon size={18} aria-hidden />
      </span>
      <div className={styles.words}>
        <Name as="p" words={job.title} lines={2} className={styles.title}>
          {job.track ? <Link to={trackPath(job.track)}>{job.title}</Link> : job.title}
        </Name>
        <p className={styles.line}>
          <span>{kind}</span>
          {!isActive(job) && <Ending job={job} now={now} />}
        </p>
        {job.match && (
          <p className={styles.line}>
            <a href={job.match.uri} target="_blank" rel="noreferrer">
              {text.jobs.found(isolated(job.match.title), isolated(job.match.author))}
            </a>
            {job.match.score < DOUBTFUL && <span>{text.jobs.doubtful}</span>}
          </p>
        )}
        {isActive(job) && <Advance job={job} />}
        {job.state === JobState.FAILED && <FailureOf job={job} />}
      </div>
      <span className={styles.actions}>
        {isActive(job) && !job.cancelRequested && (
          <IconButton label={text.jobs.cancel(job.title)} icon={X} onClick={() => actions.cancel(job)} />
        )}
        {(job.state === JobState.FAILED || job.state === JobState.CANCELLED) && (
          <IconButton label={text.jobs.retry(job.title)} icon={RotateCw} onClick={() => actions.retry(job)} />
        )}
        {!isActive(job) && job.kind === "download" && (
          <IconButton label={text.jobs.remove(job.title)} icon={Trash2} onClick={() => actions.remove(job)} />
        )}
      </span>
    </li>
  );
}

/** Stage, share, time to the end, attempt: what is known of a job under way. */
function Advance({ job: { kind, state, progress, cancelRequested, title } }: { job: Job }) {
  if (!progress) return null;
  const running = state === JobState.RUNNING;
  const stage = cancelRequested ? text.jobs.cancelling : ((kind === "analysis" ? text.desk : text.jobs).stages[progress.stage] ?? progress.stage);
  const facts = running
    ? [
        percent(progress.fraction),
        progress.remaining && text.jobs.remaining(secondsOf(progress.remaining)),
        progress.attempt > 1 && text.jobs.attempt(progress.attempt),
      ]
    : [progress.queuePosition !== undefined && text.jobs.ahead(progress.queuePosition)];
  return (
    <div className={styles.advance}>
      <p className={classes(styles.line, styles.stage)}>
        <span>{stage}</span>
        {facts.filter(Boolean).map((fact) => (
          <span key={String(fact)}>{fact}</span>
        ))}
      </p>
      {running && <ProgressBar label={title} fraction={progress.fraction} />}
    </div>
  );
}

function Ending({ job, now }: { job: Job; now: Date }) {
  const end = job.ended ?? job.created;
  const seconds = job.started && job.ended ? (job.ended.getTime() - job.started.getTime()) / 1000 : 0;
  return (
    <>
      {job.state === JobState.SUCCEEDED && (
        <span className={styles.good}>
          <Check size={14} aria-hidden />
          {text.jobs.done}
        </span>
      )}
      {job.state === JobState.CANCELLED && (
        <span>
          <Ban size={14} aria-hidden />
          {text.jobs.cancelled}
        </span>
      )}
      <span>{ago(end, now)}</span>
      {job.state === JobState.SUCCEEDED && (job.reused ? <span>{text.jobs.reused}</span> : seconds >= 1 && <span>{text.jobs.took(seconds)}</span>)}
    </>
  );
}

function FailureOf({ job }: { job: Job }) {
  const { words, detail } = failureOfJob(job.error);
  return (
    <div className={styles.failure}>
      <p>
        <CircleAlert size={15} aria-hidden />
        {words}
      </p>
      <Details>{detail}</Details>
    </div>
  );
}
