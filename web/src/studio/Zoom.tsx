import { Maximize, ZoomIn, ZoomOut } from "lucide-react";

import { text } from "../text/en";
import { IconButton } from "../ui/Button";
import styles from "./Zoom.module.css";

/** How much of the song shows. */
export function Zoom({ small, onZoom }: { small: boolean; onZoom: (factor: number) => void }) {
  const look = small ? { size: 16, className: styles.small } : {};
  return (
    <>
      <IconButton label={text.studio.zoomOut} icon={ZoomOut} {...look} onClick={() => onZoom(2)} />
      <IconButton label={text.studio.zoomAll} icon={Maximize} {...look} onClick={() => onZoom(0)} />
      <IconButton label={text.studio.zoomIn} icon={ZoomIn} {...look} onClick={() => onZoom(0.5)} />
    </>
  );
}
