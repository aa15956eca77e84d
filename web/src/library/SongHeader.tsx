import type { Track } from "@sound-forge-alchemy/api/alchemy/library/v1/track_pb.js";
import { ArrowLeft } from "lucide-react";
import type { ReactNode } from "react";

import { Link } from "../app/routes";
import view from "../app/View.module.css";
import { text } from "../text/en";
import { Name } from "../ui/Name";
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
  const artist = track.artist || text.library.unknownArtist;
  const line = about ? `${artist} · ${about}` : artist;
  return (
    <header className={view.header}>
      <Link to={to} className={styles.back} aria-label={words}>
        <ArrowLeft size={18} aria-hidden />
      </Link>
      {picture}
      <div className={styles.names}>
        <Name as="h1" words={track.title} title={title} lines={2} className={styles.title} />
        <Name as="p" words={line} className={styles.artist}>
          <bdi>{artist}</bdi>
          {about && (
            <>
              {" · "}
              <bdi>{about}</bdi>
            </>
          )}
        </Name>
      </div>
      <div className={styles.deeds}>{children}</div>
    </header>
  );
}
