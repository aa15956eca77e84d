import { useQuery } from "@connectrpc/connect-query";
import { LibraryService } from "@sound-forge-alchemy/api/alchemy/library/v1/library_service_pb.js";
import { Music } from "lucide-react";

import { onThisOrigin } from "../api/transport";
import { MEDIA_FRESH_MS } from "../api/use-artifacts";
import styles from "./Artwork.module.css";

/** A track's cover; a note where it has none. `artifact` is its name, empty = none. */
export function Artwork({ artifact, size = 40 }: { artifact: string; size?: number }) {
  const { data } = useQuery(LibraryService.method.getArtifact, { name: artifact }, { enabled: artifact !== "", staleTime: MEDIA_FRESH_MS });
  const uri = data?.artifact?.mediaUri;
  return (
    <span className={styles.artwork} style={{ width: size, height: size }}>
      {uri ? <img src={onThisOrigin(uri)} alt="" loading="lazy" /> : <Music size={size * 0.45} strokeWidth={1.5} aria-hidden />}
    </span>
  );
}
