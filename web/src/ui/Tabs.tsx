import * as Primitive from "@radix-ui/react-tabs";
import type { ReactNode } from "react";

import styles from "./Tabs.module.css";

/** Several contents in one place, of which one shows. */
export function Tabs<T extends string>({
  label,
  value,
  tabs,
  onChange,
  children,
}: {
  label: string;
  value: T;
  tabs: readonly { value: T; text: string }[];
  onChange: (value: T) => void;
  /** What shows now. */
  children: ReactNode;
}) {
  return (
    <Primitive.Root className={styles.tabs} value={value} onValueChange={(next) => onChange(next as T)}>
      <Primitive.List className={styles.list} aria-label={label}>
        {tabs.map((tab) => (
          <Primitive.Trigger key={tab.value} value={tab.value} className={styles.tab}>
            {tab.text}
          </Primitive.Trigger>
        ))}
      </Primitive.List>
      <Primitive.Content className={styles.content} value={value}>
        {children}
      </Primitive.Content>
    </Primitive.Root>
  );
}
