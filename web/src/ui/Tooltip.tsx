import { Tooltip as Primitive } from "radix-ui";
import type { ReactElement } from "react";

import styles from "./Tooltip.module.css";

/** Explains the control that it wraps, on hover and on focus. */
export function Tooltip({ text, children }: { text: string; children: ReactElement }) {
  return (
    <Primitive.Root>
      <Primitive.Trigger asChild>{children}</Primitive.Trigger>
      <Primitive.Portal>
        <Primitive.Content className={styles.tooltip} sideOffset={6} collisionPadding={8}>
          {text}
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}

/** Lets tooltips that follow each other open at once; for the root of the page. */
export const TooltipProvider = Primitive.Provider;
