import { useQuery } from "@connectrpc/connect-query";
import { LibraryService } from "@sound-forge-alchemy/api/alchemy/library/v1/library_service_pb.js";
import { Music } from "lucide-react";

import { onThisOrigin } from "../api/transport";
import styles from "./Artwork.module.css";

/** Addresses of media expire after six hours; until then the cover's stays. */
const FRESH_MS = 5 * 3600 * 1000;

/** A track's cover; a note where it has none. `artifact` is its name, empty = none. */
export function Artwork({ artifact, size = 40 }: { artifact: string; size?: number }) {
  const { data } = useQuery(LibraryService.method.getArtifact, { name: artifact }, { enabled: artifact !== "", staleTime: FRESH_MS });
  const uri = data?.artifact?.mediaUri;
  return (
    <span className={styles.artwork} style={{ width: size, height: size }}>
      {uri ? <img src={onThisOrigin(uri)} alt="" loading="lazy" /> : <Music size={size * 0.45} strokeWidth={1.5} aria-hidden />}
    </span>
  );
}
