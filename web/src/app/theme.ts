import { useEffect } from "react";

import { useRemembered } from "../ui/remembered";

/** Dark and light. */
export type Theme = "dark" | "light";

/** The theme that somebody chose, else that of their system; and how to change it. */
export function useTheme(): [Theme, (theme: Theme) => void] {
  const [theme, setTheme] = useRemembered<Theme>("theme", (stored) =>
    stored === "dark" || stored === "light" ? stored : window.matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark",
  );
  useEffect(() => {
    document.documentElement.dataset["theme"] = theme;
  }, [theme]);
  return [theme, setTheme];
}
