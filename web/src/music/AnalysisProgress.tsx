import type { Analysis } from "@sound-forge-alchemy/api/alchemy/analysis/v1/analysis_pb.js";
import { X } from "lucide-react";

import { text } from "../text/en";
import { percent } from "../text/format";
import { IconButton } from "../ui/Button";
import { classes } from "../ui/classes";
import { ProgressBar } from "../ui/ProgressBar";
import styles from "./AnalysisProgress.module.css";

/** What an analysis under way does now, how far it is, and the way to end it. */
export function AnalysisProgress({ job: { progress, cancelRequested }, small = false, onCancel }: { job: Analysis; small?: boolean; onCancel: () => void }) {
  const stage = text.desk.stages[progress?.stage ?? ""] ?? text.desk.stages["preparing"] ?? "";
  const fraction = progress?.fraction ?? 0;
  const words = cancelRequested ? text.analysis.cancelling : text.desk.analysing(stage, percent(fraction));
  return (
    <div className={classes(styles.progress, small && styles.small)} role="status">
      <div className={styles.words}>
        <span>{words}</span>
        <ProgressBar label={words} fraction={fraction} />
      </div>
      {!cancelRequested && <IconButton label={text.analysis.cancel} icon={X} size={small ? 16 : 18} onClick={onCancel} />}
    </div>
  );
}
