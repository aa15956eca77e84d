import { X } from "lucide-react";
import * as Primitive from "@radix-ui/react-dialog";
import { type ReactNode, useRef } from "react";

import { text } from "../text/en";
import { IconButton } from "./Button";
import styles from "./Dialog.module.css";
import { giveFocus } from "./kept-focus";
import { LAYER } from "./opening";

/** A window over the page that takes the focus and gives it back to what had it, or to the view if that is gone. */
export function Dialog({
  title,
  open,
  onClose,
  children,
}: {
  title: string;
  open: boolean;
  onClose: () => void;
  children: ReactNode;
}) {
  const opener = useRef<Element>(null);
  return (
    <Primitive.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Primitive.Portal>
        <Primitive.Overlay className={styles.scrim} />
        <Primitive.Content
          className={styles.dialog}
          {...{ [LAYER]: "" }}
          aria-describedby={undefined}
          onOpenAutoFocus={(event) => {
            opener.current = document.activeElement;
            // The window itself, not its close button: that would open with a tooltip.
            event.preventDefault();
            if (event.currentTarget instanceof HTMLElement) event.currentTarget.focus();
          }}
          onCloseAutoFocus={(event) => {
            // Left to itself, it gives the focus to a button of its own, which none of our windows has.
            event.preventDefault();
            giveFocus(opener.current);
          }}
        >
          <header className={styles.header}>
            <Primitive.Title asChild>
              <h2>{title}</h2>
            </Primitive.Title>
            <Primitive.Close asChild>
              <IconButton label={text.common.close} icon={X} />
            </Primitive.Close>
          </header>
          {children}
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}
