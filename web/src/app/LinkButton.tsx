import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";

import buttons from "../ui/Button.module.css";
import { classes } from "../ui/classes";
import { Link } from "./routes";

/** A link to another view that looks like the buttons beside it. */
export function LinkButton({ to, icon: Icon, look = "plain", children }: { to: string; icon: LucideIcon; look?: "plain" | "quiet"; children: ReactNode }) {
  return (
    <Link to={to} className={classes(buttons.button, buttons[look])}>
      <Icon size={16} aria-hidden />
      {children}
    </Link>
  );
}
