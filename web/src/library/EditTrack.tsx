import { useMutation } from "@connectrpc/connect-query";
import { LibraryService } from "@sound-forge-alchemy/api/alchemy/library/v1/library_service_pb.js";
import type { Track } from "@sound-forge-alchemy/api/alchemy/library/v1/track_pb.js";
import { useQueryClient } from "@tanstack/react-query";
import { type SubmitEvent, useState } from "react";

import { tracks } from "../api/collections";
import { failureOf } from "../api/failure";
import { text } from "../text/en";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Field } from "../ui/Field";
import styles from "./EditTrack.module.css";

const TEXTS = ["title", "artist", "album", "albumArtist", "genre", "releaseDate"] as const;

/** The tags of a track, to be changed. */
export default function EditTrack({ track, onClose }: { track: Track; onClose: () => void }) {
  const client = useQueryClient();
  const [values, setValues] = useState(() => ({
    ...(Object.fromEntries(TEXTS.map((field) => [field, track[field]])) as Record<(typeof TEXTS)[number], string>),
    trackNumber: track.trackNumber ? String(track.trackNumber) : "",
  }));
  const update = useMutation(LibraryService.method.updateTrack, {
    onSuccess: ({ track: changed }) => {
      if (changed) tracks.upsert(client, changed);
      onClose();
    },
  });
  const untitled = values.title.trim() === "";
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (untitled) return;
    update.mutate({
      track: { name: track.name, ...values, trackNumber: Number(values.trackNumber) || 0 },
      updateMask: { paths: ["title", "artist", "album", "album_artist", "genre", "release_date", "track_number"] },
    });
  };
  const failure = update.error ? failureOf(update.error) : undefined;
  return (
    <Dialog title={text.edit.title} open onClose={onClose}>
      <form className={styles.form} onSubmit={submit}>
        {TEXTS.map((field) => (
          <Field
            key={field}
            label={text.edit.fields[field]}
            value={values[field]}
            maxLength={500}
            {...(field === "releaseDate" ? { hint: text.edit.dateHint } : {})}
            {...(field === "title" && untitled ? { error: text.edit.titleNeeded } : {})}
            onChange={(event) => setValues({ ...values, [field]: event.target.value })}
          />
        ))}
        <Field
          label={text.edit.fields.trackNumber}
          type="number"
          min={0}
          max={9999}
          value={values.trackNumber}
          onChange={(event) => setValues({ ...values, trackNumber: event.target.value })}
        />
        {failure && (
          <p role="alert" className={styles.failure}>
            {text.edit.failed}: {failure.words} {failure.detail}
          </p>
        )}
        <div className={styles.buttons}>
          <Button onClick={onClose}>{text.common.cancel}</Button>
          <Button type="submit" look="primary" disabled={update.isPending || untitled}>
            {text.common.save}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
