import { FileAudio, Upload as UploadIcon } from "lucide-react";
import { useRef } from "react";

import { text } from "../text/en";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import styles from "./BringInDialog.module.css";
import { LinkOrSearch } from "./LinkOrSearch";
import type { Wish } from "./wish";
import { WishForm } from "./WishForm";

/** Ways to bring music in, and what should follow. */
export default function BringInDialog({
  first,
  wish,
  onWish,
  onFiles,
  onClose,
}: {
  first: string;
  wish: Wish;
  onWish: (wish: Wish) => void;
  onFiles: (files: readonly File[]) => void;
  onClose: () => void;
}) {
  const picker = useRef<HTMLInputElement>(null);
  return (
    <Dialog title={text.bring.title} open onClose={onClose}>
      <div className={styles.files}>
        <FileAudio size={28} strokeWidth={1.5} aria-hidden className={styles.icon} />
        <p>{text.bring.files}</p>
        <p className={styles.formats}>{text.bring.formats}</p>
        <Button look="primary" icon={UploadIcon} onClick={() => picker.current?.click()}>
          {text.bring.choose}
        </Button>
        <input
          ref={picker}
          type="file"
          multiple
          hidden
          accept="audio/*,video/mp4,video/webm,.mkv,.flac,.aiff,.aif,.opus,.m4a"
          onChange={(event) => onFiles([...(event.target.files ?? [])])}
        />
      </div>
      <LinkOrSearch first={first} wish={wish} onDone={onClose} />
      <WishForm wish={wish} onWish={onWish} />
    </Dialog>
  );
}
