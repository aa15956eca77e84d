import type { Track } from "@sound-forge-alchemy/api/alchemy/library/v1/track_pb.js";
import { ArrowLeft } from "lucide-react";
import type { ReactNode } from "react";

import { Link } from "../app/routes";
import view from "../app/View.module.css";
import { text } from "../text/en";
import styles from "./SongHeader.module.css";

/** The top of a view of one song: the way back, whose song it is, and what can be done with it. */
export function SongHeader({
  track,
  back: { to, words },
  title = track.title,
  about,
  picture,
  children,
}: {
  track: Track;
  back: { to: string; words: string };
  /** What hovering over its name tells. */
  title?: string;
  /** What stands behind the artist, if anything. */
  about: string | undefined;
  picture?: ReactNode;
  children: ReactNode;
}) {
  return (
    <header className={view.header}>
      <Link to={to} className={styles.back} aria-label={words}>
        <ArrowLeft size={18} aria-hidden />
      </Link>
      {picture}
      <div className={styles.names}>
        <h1 className={styles.title} title={title}>
          {track.title}
        </h1>
        <p className={styles.artist}>{[track.artist || text.library.unknownArtist, about].filter(Boolean).join(" · ")}</p>
      </div>
      {children}
    </header>
  );
}
