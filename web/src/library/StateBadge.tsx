import { CircleAlert } from "lucide-react";

import { failureOfJob } from "../api/failure";
import { JobState } from "@sound-forge-alchemy/api/alchemy/type/v1/job_pb.js";
import { text } from "../text/en";
import { percent } from "../text/format";
import { ProgressBar } from "../ui/ProgressBar";
import { stemColour, stemTitle } from "../ui/stems";
import { Tooltip } from "../ui/Tooltip";
import type { TrackState } from "./rows";
import styles from "./StateBadge.module.css";

/** What has become of a track, at a glance: its stems as coloured bars, its progress, or its failure. */
export function StateBadge({ state }: { state: TrackState }) {
  switch (state.kind) {
    case "none":
      return <span className={styles.faint}>{text.library.state.none}</span>;
    case "working": {
      const { progress, state: job } = state.separation;
      const waiting = job === JobState.QUEUED;
      const words = waiting ? text.library.state.queued(progress?.queuePosition) : text.library.state.running(percent(progress?.fraction ?? 0));
      return (
        <span className={styles.working}>
          <span>{words}</span>
          {!waiting && <ProgressBar label={words} fraction={progress?.fraction ?? 0} />}
        </span>
      );
    }
    case "failed":
      return (
        <Tooltip text={failureOfJob(state.separation.error).words}>
          <span className={styles.failed} tabIndex={0}>
            <CircleAlert size={15} aria-hidden />
            {text.library.state.failed}
          </span>
        </Tooltip>
      );
    case "separated": {
      const stems = state.separation.stems.map(({ stem }) => stem);
      const words = text.library.state.stems(stems.map(stemTitle).join(", "));
      return (
        <span className={styles.stems} role="img" aria-label={words} title={words}>
          {stems.map((stem) => (
            <i key={stem} style={{ background: stemColour(stem) }} />
          ))}
        </span>
      );
    }
  }
}
