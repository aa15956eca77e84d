import * as Primitive from "@radix-ui/react-popover";
import type { ReactElement, ReactNode } from "react";

import { useOpening } from "./opening";
import styles from "./Popover.module.css";

/** A button that opens a small panel beside it, which stays open while one works in it. */
export function Popover({ label, trigger, children }: { label: string; trigger: ReactElement; children: ReactNode }) {
  const { open, onOpenChange, trigger: button, container } = useOpening();
  return (
    <Primitive.Root open={open} onOpenChange={onOpenChange}>
      <Primitive.Trigger asChild ref={button}>
        {trigger}
      </Primitive.Trigger>
      <Primitive.Portal container={container}>
        <Primitive.Content className={styles.panel} aria-label={label} sideOffset={6} collisionPadding={8}>
          {children}
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}
