import { Download, ScanSearch, Split, Trash2, X } from "lucide-react";
import { useRef } from "react";

import { text } from "../text/en";
import { useBottomInset } from "../ui/bottom-inset";
import { Button, IconButton } from "../ui/Button";
import styles from "./SelectionBar.module.css";

/** What can be done with all selected tracks at once. */
export function SelectionBar({
  count,
  onSeparate,
  onAnalyse,
  onExport,
  onDelete,
  onClear,
}: {
  count: number;
  onSeparate: () => void;
  onAnalyse: () => void;
  onExport: () => void;
  onDelete: () => void;
  onClear: () => void;
}) {
  const bar = useRef<HTMLDivElement>(null);
  useBottomInset(bar);
  return (
    <div ref={bar} className={styles.bar} role="toolbar" aria-label={text.library.selected(count)}>
      <IconButton label={text.library.clearSelection} icon={X} onClick={onClear} />
      <span className={styles.count} role="status">
        {text.library.selected(count)}
      </span>
      <div className={styles.actions}>
        <Button icon={Split} onClick={onSeparate}>
          {text.library.separate}
        </Button>
        <Button icon={ScanSearch} onClick={onAnalyse}>
          {text.library.analyse}
        </Button>
        <Button icon={Download} onClick={onExport}>
          {text.library.export}
        </Button>
        <Button look="danger" icon={Trash2} onClick={onDelete}>
          {text.library.delete}
        </Button>
      </div>
    </div>
  );
}
