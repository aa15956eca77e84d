import * as Primitive from "@radix-ui/react-switch";
import { useId } from "react";

import styles from "./Switch.module.css";

/** Something that is on or off, with its words beside it. */
export function Switch({ label, checked, onChange }: { label: string; checked: boolean; onChange: (checked: boolean) => void }) {
  const id = useId();
  return (
    <span className={styles.row}>
      <Primitive.Root id={id} className={styles.track} checked={checked} onCheckedChange={onChange}>
        <Primitive.Thumb className={styles.thumb} />
      </Primitive.Root>
      <label htmlFor={id}>{label}</label>
    </span>
  );
}
