import { ArrowDownToLine } from "lucide-react";
import { type ReactNode, Suspense, useCallback, useEffect, useMemo, useState } from "react";

import { account } from "../account/here";
import { later } from "../app/later";
import { ViewBoundary } from "../app/ViewBoundary";
import { text } from "../text/en";
import { TrayDock } from "../ui/Tray";
import { BringInContext } from "./context";
import styles from "./BringIn.module.css";
import { looksLikeLink } from "./links";
import { UploadTray } from "./UploadTray";
import { restSender, UploadQueue } from "./uploads";
import { thenParameters, useWish } from "./wish";

const BringInDialog = later(() => import("./BringInDialog"));

/**
 * The way in, around the whole page: files dropped anywhere, links pasted anywhere, and the dialog for both. `tray` shares the
 * corner where the uploads are.
 */
export function BringIn({ tray, children }: { tray: ReactNode; children: ReactNode }) {
  const [open, setOpen] = useState(false);
  const [pasted, setPasted] = useState("");
  const [wish, setWish] = useWish();
  const [uploads] = useState(() => new UploadQueue());

  const add = useCallback((files: readonly File[]) => uploads.add(files, restSender(thenParameters(wish), account)), [uploads, wish]);
  const dragging = useDroppedFiles(add);

  useEffect(() => {
    const paste = (event: ClipboardEvent) => {
      const writing = event.target instanceof HTMLElement && event.target.matches("input, textarea");
      const words = event.clipboardData?.getData("text/plain").trim() ?? "";
      if (writing || !looksLikeLink(words)) return;
      setPasted(words);
      setOpen(true);
    };
    document.addEventListener("paste", paste);
    return () => document.removeEventListener("paste", paste);
  }, []);

  const control = useMemo(() => ({ open: () => setOpen(true) }), []);
  return (
    <BringInContext value={control}>
      {children}
      {open && (
        <ViewBoundary>
          <Suspense>
            <BringInDialog
              first={pasted}
              wish={wish}
              onWish={setWish}
              onFiles={(files) => {
                add(files);
                setOpen(false);
              }}
              onClose={() => {
                setOpen(false);
                setPasted("");
              }}
            />
          </Suspense>
        </ViewBoundary>
      )}
      <TrayDock>
        {tray}
        <UploadTray queue={uploads} />
      </TrayDock>
      {dragging && (
        <div className={styles.curtain}>
          <ArrowDownToLine size={40} strokeWidth={1.5} aria-hidden />
          <p>{text.bring.drop}</p>
        </div>
      )}
    </BringInContext>
  );
}

/** Hands over files that are dropped anywhere; returns whether some are being dragged over the page. */
function useDroppedFiles(onFiles: (files: readonly File[]) => void): boolean {
  const [dragging, setDragging] = useState(false);
  useEffect(() => {
    let depth = 0; // every element that is entered is left again
    const holdsFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
    const enter = (event: DragEvent) => {
      if (!holdsFiles(event)) return;
      depth += 1;
      setDragging(true);
    };
    const over = (event: DragEvent) => {
      if (holdsFiles(event)) event.preventDefault();
    };
    const leave = (event: DragEvent) => {
      if (holdsFiles(event)) depth -= 1;
      if (depth <= 0) setDragging(false);
    };
    const drop = (event: DragEvent) => {
      if (!holdsFiles(event)) return;
      event.preventDefault();
      depth = 0;
      setDragging(false);
      onFiles([...(event.dataTransfer?.files ?? [])]);
    };
    window.addEventListener("dragenter", enter);
    window.addEventListener("dragover", over);
    window.addEventListener("dragleave", leave);
    window.addEventListener("drop", drop);
    return () => {
      window.removeEventListener("dragenter", enter);
      window.removeEventListener("dragover", over);
      window.removeEventListener("dragleave", leave);
      window.removeEventListener("drop", drop);
    };
  }, [onFiles]);
  return dragging;
}
