import type { LucideIcon } from "lucide-react";
import type { ComponentProps } from "react";

import styles from "./Button.module.css";
import { classes } from "./classes";
import { Tooltip } from "./Tooltip";

type Look = "primary" | "plain" | "quiet" | "danger";

/** A button with words on it. */
export function Button({
  look = "plain",
  icon: Icon,
  compact = false,
  children,
  className,
  ...rest
}: ComponentProps<"button"> & {
  look?: Look;
  icon?: LucideIcon;
  /** Whether only the icon shows where the page is as narrow as a phone. */
  compact?: boolean;
}) {
  return (
    <button type="button" className={classes(styles.button, styles[look], compact && styles.compact, className)} {...rest}>
      {Icon && <Icon size={16} aria-hidden />}
      {compact ? <span>{children}</span> : children}
    </button>
  );
}

/** A button that is only an icon; its label is its name and its tooltip. */
export function IconButton({
  label,
  icon: Icon,
  size = 18,
  className,
  ...rest
}: Omit<ComponentProps<"button">, "children"> & { label: string; icon: LucideIcon; size?: number }) {
  return (
    <Tooltip text={label}>
      <button type="button" aria-label={label} className={classes(styles.button, styles.quiet, styles.icon, className)} {...rest}>
        <Icon size={size} aria-hidden />
      </button>
    </Tooltip>
  );
}
