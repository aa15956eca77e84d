import { JobState } from "@sound-forge-alchemy/api/alchemy/type/v1/job_pb.js";
import { CircleAlert } from "lucide-react";

import { Link } from "../app/routes";
import { useDevices } from "../system/use-devices";
import { text } from "../text/en";
import type { Job } from "./jobs";
import styles from "./NoWorker.module.css";

/** Says that separations wait in vain, where nothing is there that could do them. */
export function NoWorker({ jobs }: { jobs: readonly Job[] }) {
  const waiting = jobs.some(({ kind, state }) => kind === "separation" && state === JobState.QUEUED);
  const { data, isError } = useDevices(waiting);
  if (!waiting || isError || !data || data.devices.length > 0) return null;
  return (
    <p className={styles.notice} role="alert">
      <CircleAlert size={16} aria-hidden />
      <span>
        {text.system.devices.none}. {text.system.devices.noneWords} <Link to="/system">{text.nav.system}</Link>
      </span>
    </p>
  );
}
