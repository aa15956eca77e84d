import type { Track } from "@sound-forge-alchemy/api/alchemy/spotify/v1/catalogue_pb.js";
import { Download, Music } from "lucide-react";
import { useState } from "react";

import { text } from "../text/en";
import { clock, isolated, secondsOf } from "../text/format";
import { IconButton } from "../ui/Button";
import { Name } from "../ui/Name";
import styles from "./SearchResults.module.css";

/** Songs that Spotify found. */
export function SearchResults({ tracks, busy, onFetch }: { tracks: readonly Track[]; busy: boolean; onFetch: (track: Track) => void }) {
  if (tracks.length === 0) return <p role="status">{text.bring.noResults}</p>;
  return (
    <ul className={styles.results} aria-label={text.bring.results}>
      {tracks.map((track) => {
        return (
          <li key={track.name} className={styles.result}>
            <Cover address={track.album?.artwork.at(-1)?.uri} />
            <span className={styles.names}>
              <Name words={track.title} className={styles.title} />
              <Name words={whoseOf(track)} className={styles.artist} />
            </span>
            {track.duration && <span className={styles.artist}>{clock(secondsOf(track.duration))}</span>}
            <IconButton label={text.bring.get(track.title)} icon={Download} disabled={busy} onClick={() => onFetch(track)} />
          </li>
        );
      })}
    </ul>
  );
}

/** Who plays it, and on which album it is. */
function whoseOf({ artists, album }: Track): string {
  return [artists.map(({ title }) => isolated(title)).join(", "), album && isolated(album.title)].filter(Boolean).join(" · ");
}

/** An album's cover, from Spotify's host; a note where there is none, or where it cannot be had. */
function Cover({ address }: { address: string | undefined }) {
  const [broken, setBroken] = useState(false);
  return (
    <span className={styles.cover}>
      {address && !broken ? (
        <img src={address} alt="" loading="lazy" referrerPolicy="no-referrer" onError={() => setBroken(true)} />
      ) : (
        <Music size={16} aria-hidden />
      )}
    </span>
  );
}
