import { Download } from "lucide-react";
import type { ReactNode } from "react";

import { exportText } from "../text/export";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Tabs } from "../ui/Tabs";
import type { Kind } from "./choices";
import styles from "./ExportDialog.module.css";
import { exportQueue } from "./exports";
import type { Order } from "./orders";
import { placeFor } from "./sink";

/** What dialogs for exports share: a tab for each kind, and the button that orders the files. */
export function ExportFrame({
  title,
  kinds,
  kind,
  onKind,
  orders,
  onOrdered,
  onClose,
  children,
}: {
  title: string;
  kinds: readonly { value: Kind; text: string }[];
  kind: Kind;
  onKind: (kind: Kind) => void;
  /** The files that are wanted now. */
  orders: readonly Order[];
  onOrdered?: (() => void) | undefined;
  onClose: () => void;
  children: ReactNode;
}) {
  const run = async () => {
    onClose();
    try {
      exportQueue.add(orders, await placeFor(orders));
    } catch {
      return; // whoever is asked where they should go, and does not say, does not want them
    }
    onOrdered?.();
  };
  return (
    <Dialog title={title} open onClose={onClose}>
      <Tabs label={exportText.title} value={kind} tabs={kinds} onChange={onKind}>
        {children}
      </Tabs>
      <footer className={styles.footer}>
        <Button look="primary" icon={Download} disabled={orders.length === 0} onClick={() => void run()}>
          {exportText.go(orders.length)}
        </Button>
      </footer>
    </Dialog>
  );
}
