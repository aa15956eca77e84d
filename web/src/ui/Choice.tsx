import { Check, ChevronDown } from "lucide-react";
import { Select as Primitive } from "radix-ui";

import styles from "./Choice.module.css";

/** One of several, closed until it is opened. Values must not be empty. */
export function Choice({
  label,
  value,
  options,
  onChange,
}: {
  label: string;
  value: string;
  options: readonly { value: string; text: string }[];
  onChange: (value: string) => void;
}) {
  return (
    <Primitive.Root value={value} onValueChange={onChange}>
      <Primitive.Trigger className={styles.trigger} aria-label={label}>
        <Primitive.Value />
        <Primitive.Icon className={styles.icon}>
          <ChevronDown size={16} aria-hidden />
        </Primitive.Icon>
      </Primitive.Trigger>
      <Primitive.Portal>
        <Primitive.Content className={styles.list} position="popper" sideOffset={4} collisionPadding={8}>
          <Primitive.Viewport>
            {options.map((option) => (
              <Primitive.Item key={option.value} value={option.value} className={styles.option}>
                <Primitive.ItemText>{option.text}</Primitive.ItemText>
                <Primitive.ItemIndicator className={styles.icon}>
                  <Check size={16} aria-hidden />
                </Primitive.ItemIndicator>
              </Primitive.Item>
            ))}
          </Primitive.Viewport>
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}
