import type { LucideIcon } from "lucide-react";
import * as Primitive from "@radix-ui/react-dropdown-menu";
import type { ReactElement, ReactNode } from "react";

import { classes } from "./classes";
import styles from "./Menu.module.css";
import { useOpening } from "./opening";

/** One line of a menu. */
export interface MenuItem {
  text: string;
  icon: LucideIcon;
  onSelect: () => void;
  danger?: boolean;
}

/** A button that opens a list of actions; `heading` says whose or what they are. */
export function Menu({ heading, items, children }: { heading?: ReactNode; items: readonly MenuItem[]; children: ReactElement }) {
  const { open, onOpenChange, trigger, container } = useOpening();
  return (
    // Not modal: that would hide the page, and with it the button that is in focus, from screen readers.
    <Primitive.Root open={open} onOpenChange={onOpenChange} modal={false}>
      <Primitive.Trigger asChild ref={trigger}>
        {children}
      </Primitive.Trigger>
      <Primitive.Portal container={container}>
        <Primitive.Content className={styles.menu} align="end" sideOffset={4} collisionPadding={8}>
          {heading && <Primitive.Label className={styles.heading}>{heading}</Primitive.Label>}
          {items.map(({ text, icon: Icon, onSelect, danger }) => (
            <Primitive.Item
              key={text}
              className={classes(styles.item, danger && styles.danger)}
              onSelect={() => {
                // So that a window which this opens knows whom to give the focus back to.
                trigger.current?.focus();
                onSelect();
              }}
            >
              <Icon size={16} aria-hidden />
              {text}
            </Primitive.Item>
          ))}
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}
