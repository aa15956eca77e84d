import type { Track } from "@sound-forge-alchemy/api/alchemy/spotify/v1/catalogue_pb.js";
import { Download, Music } from "lucide-react";

import { text } from "../text/en";
import { clock, secondsOf } from "../text/format";
import { IconButton } from "../ui/Button";
import styles from "./SearchResults.module.css";

/** Songs that Spotify found. */
export function SearchResults({ tracks, busy, onFetch }: { tracks: readonly Track[]; busy: boolean; onFetch: (track: Track) => void }) {
  if (tracks.length === 0) return <p role="status">{text.bring.noResults}</p>;
  return (
    <ul className={styles.results} aria-label={text.bring.results}>
      {tracks.map((track) => {
        const cover = track.album?.artwork.at(-1)?.uri;
        return (
          <li key={track.name} className={styles.result}>
            <span className={styles.cover}>
              {cover ? <img src={cover} alt="" loading="lazy" referrerPolicy="no-referrer" /> : <Music size={16} aria-hidden />}
            </span>
            <span className={styles.names}>
              <span className={styles.title}>{track.title}</span>
              <span className={styles.artist}>
                {[track.artists.map((artist) => artist.title).join(", "), track.album?.title].filter(Boolean).join(" · ")}
              </span>
            </span>
            {track.duration && <span className={styles.artist}>{clock(secondsOf(track.duration))}</span>}
            <IconButton label={text.bring.get(track.title)} icon={Download} disabled={busy} onClick={() => onFetch(track)} />
          </li>
        );
      })}
    </ul>
  );
}
