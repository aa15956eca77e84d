import { CloudOff } from "lucide-react";
import { useEffect, useState, useSyncExternalStore } from "react";

import { useLive } from "../api/use-live";
import { text } from "../text/en";
import styles from "./ConnectionBanner.module.css";

/** A cut that heals within this time is not worth a word. */
const PATIENCE_MS = 1_500;

/** Says that what shows may be old, and that the page is trying. */
export function ConnectionBanner() {
  const live = useLive();
  const online = useSyncExternalStore(onNetwork, () => navigator.onLine);
  const lost = useLasting(live === "lost", PATIENCE_MS);
  if (!lost) return null;
  return (
    <p className={styles.banner} role="status">
      <CloudOff size={16} aria-hidden />
      {online ? text.live.lost : text.live.offline}
    </p>
  );
}

/** Whether a condition has held for so long without a break. */
function useLasting(condition: boolean, ms: number): boolean {
  const [lasting, setLasting] = useState(false);
  useEffect(() => {
    if (!condition) return;
    const timer = setTimeout(() => setLasting(true), ms);
    return () => {
      clearTimeout(timer);
      setLasting(false);
    };
  }, [condition, ms]);
  return lasting;
}

function onNetwork(listener: () => void): () => void {
  window.addEventListener("online", listener);
  window.addEventListener("offline", listener);
  return () => {
    window.removeEventListener("online", listener);
    window.removeEventListener("offline", listener);
  };
}
