import { exportText } from "../text/export";
import type { Kind } from "./choices";
import styles from "./ExportDialog.module.css";
import { type Exportable, has } from "./orders";

/** Says which of several songs an export leaves out because there is no such thing of them; nothing if it leaves out none. */
export function LeftOut({ songs, kind, without }: { songs: readonly Exportable[]; kind: Kind; without: readonly string[] }) {
  const lacking = songs.filter((song) => !has(song, kind, without));
  if (lacking.length === 0) return null;
  const what = kind === "analysis" ? "analysis" : kind === "stems" && without.length > 0 ? "theseStems" : "stems";
  const some = lacking.length < songs.length;
  return (
    <p className={styles.note} role="status">
      {exportText.have[what](songs.length - lacking.length, songs.length)} {some && exportText.leftOut(lacking.map(({ title }) => title))}
    </p>
  );
}
