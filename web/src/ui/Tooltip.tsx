import * as Primitive from "@radix-ui/react-tooltip";
import type { ReactElement } from "react";

import { useOpening } from "./opening";
import styles from "./Tooltip.module.css";

/** Explains the control that it wraps, on hover and on focus. */
export function Tooltip({ text, children }: { text: string; children: ReactElement }) {
  const { open, onOpenChange, trigger, container } = useOpening();
  return (
    <Primitive.Root open={open} onOpenChange={onOpenChange}>
      <Primitive.Trigger asChild ref={trigger}>
        {children}
      </Primitive.Trigger>
      <Primitive.Portal container={container}>
        <Primitive.Content className={styles.tooltip} sideOffset={6} collisionPadding={8}>
          {text}
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}

/** Lets tooltips that follow each other open at once; for the root of the page. */
export const TooltipProvider = Primitive.Provider;
