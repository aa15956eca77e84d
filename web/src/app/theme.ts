import { useEffect } from "react";

import { useRemembered } from "../ui/remembered";

/** Dark and light. */
export type Theme = "dark" | "light";

/** The theme that somebody chose, else that of their system, which theme.js has found out; and how to change it. */
export function useTheme(): [Theme, (theme: Theme) => void] {
  const [theme, setTheme] = useRemembered<Theme>("theme", () => (document.documentElement.dataset["theme"] === "light" ? "light" : "dark"));
  useEffect(() => {
    document.documentElement.dataset["theme"] = theme;
  }, [theme]);
  return [theme, setTheme];
}
