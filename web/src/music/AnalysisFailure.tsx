import type { Analysis } from "@sound-forge-alchemy/api/alchemy/analysis/v1/analysis_pb.js";
import { CircleAlert, RotateCw } from "lucide-react";

import { failureOfJob } from "../api/failure";
import { text } from "../text/en";
import { Button } from "../ui/Button";
import { Details } from "../ui/Message";
import styles from "./AnalysisProgress.module.css";

/** Why the newest analysis failed, and another try. */
export function AnalysisFailure({ job, onRetry }: { job: Analysis; onRetry: () => void }) {
  const { words, detail } = failureOfJob(job.error);
  return (
    <div className={styles.failure} role="alert">
      <p>
        <CircleAlert size={15} aria-hidden />
        {text.desk.failed}: {words}
      </p>
      <Details>{detail}</Details>
      <Button icon={RotateCw} onClick={onRetry}>
        {text.common.retry}
      </Button>
    </div>
  );
}
