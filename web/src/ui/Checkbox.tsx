import { Check, Minus } from "lucide-react";
import * as Primitive from "@radix-ui/react-checkbox";

import styles from "./Checkbox.module.css";

/** A box to tick; "indeterminate" = some of what it stands for. */
export function Checkbox({
  label,
  checked,
  onChange,
  ...rest
}: {
  label: string;
  checked: boolean | "indeterminate";
  onChange: (checked: boolean) => void;
  onClick?: (event: React.MouseEvent) => void;
  id?: string;
}) {
  return (
    <Primitive.Root
      className={styles.box}
      aria-label={label}
      checked={checked}
      onCheckedChange={(value) => onChange(value === true)}
      {...rest}
    >
      <Primitive.Indicator className={styles.mark}>
        {checked === "indeterminate" ? <Minus size={13} strokeWidth={3} aria-hidden /> : <Check size={13} strokeWidth={3} aria-hidden />}
      </Primitive.Indicator>
    </Primitive.Root>
  );
}
