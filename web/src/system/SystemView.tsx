import { useQuery as useRpc, useTransport } from "@connectrpc/connect-query";
import { DownloadService } from "@sound-forge-alchemy/api/alchemy/download/v1/download_service_pb.js";
import { JobState } from "@sound-forge-alchemy/api/alchemy/type/v1/job_pb.js";
import { useQueries } from "@tanstack/react-query";
import { BookOpen, RefreshCw } from "lucide-react";

import { useLive } from "../api/use-live";
import view from "../app/View.module.css";
import { useJobs } from "../jobs/use-jobs";
import { text } from "../text/en";
import { count } from "../text/format";
import { Button } from "../ui/Button";
import { Devices } from "./Devices";
import { ask, type AskablePart, type PartState } from "./parts";
import { type Light, Row } from "./Row";
import styles from "./SystemView.module.css";

const PARTS: readonly AskablePart[] = ["library", "processing", "analysis", "download", "spotify"];
const EVERY_MS = 10_000;

/** How the server is, as far as this page can tell by asking. */
export default function SystemView() {
  const transport = useTransport();
  const live = useLive();
  const answers = useQueries({
    queries: PARTS.map((part) => ({
      queryKey: ["part", part],
      queryFn: ({ signal }: { signal: AbortSignal }) => ask(part, transport, signal),
      refetchInterval: EVERY_MS,
    })),
  });
  const realtime = live === "connecting" ? undefined : live === "live" ? "up" : "down";
  return (
    <>
      <header className={view.header}>
        <h1>{text.system.title}</h1>
        <a className={styles.link} href="/docs">
          <BookOpen size={16} aria-hidden />
          {text.system.api}
        </a>
        <Button icon={RefreshCw} onClick={() => answers.forEach((answer) => void answer.refetch())}>
          {text.system.again}
        </Button>
      </header>
      <div className={view.body}>
        <p className={view.lead}>{text.system.words}</p>
        <section className={view.section}>
          <h2>{text.system.services}</h2>
          <ul className={view.cards}>
            {PARTS.map((part, index) => (
              <Part key={part} names={text.system.parts[part]} state={answers[index]?.data} />
            ))}
            <Part names={text.system.parts.realtime} state={realtime} />
          </ul>
        </section>
        <Devices />
        <Work />
        <Sources />
      </div>
    </>
  );
}

const WORDS: Readonly<Record<PartState, string>> = { up: text.system.up, unset: text.system.spotifyUnset, down: text.system.down };

const LIGHTS: Readonly<Record<PartState, Light>> = { up: "good", unset: "unset", down: "bad" };

function Part({ names: [title, what], state }: { names: readonly [string, string]; state: PartState | undefined }) {
  return <Row light={state ? LIGHTS[state] : "unset"} title={title} what={what} state={state ? WORDS[state] : text.system.checking} />;
}

function Work() {
  const { active } = useJobs();
  const running = active.filter(({ state }) => state === JobState.RUNNING).length;
  return (
    <section className={view.section}>
      <h2>{text.system.work}</h2>
      <dl className={styles.figures}>
        <Figure name={text.system.running} value={count(running)} />
        <Figure name={text.system.waiting} value={count(active.length - running)} />
      </dl>
    </section>
  );
}

function Figure({ name, value }: { name: string; value: string }) {
  return (
    <div className={styles.figure}>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function Sources() {
  const { data, isError } = useRpc(DownloadService.method.listProviders, {});
  return (
    <section className={view.section}>
      <h2>{text.system.sources}</h2>
      {isError && !data && <p>{text.system.sourcesFailed}</p>}
      <ul className={view.cards}>
        {data?.providers.map((provider) => (
          <Row
            key={provider.id}
            light={provider.available ? "good" : "unset"}
            title={provider.description}
            what={provider.available ? provider.version : provider.unavailableReason}
          />
        ))}
      </ul>
    </section>
  );
}
