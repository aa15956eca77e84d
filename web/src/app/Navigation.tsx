import { Activity, AudioLines, ListMusic, Moon, Boxes, Sun, type LucideIcon } from "lucide-react";

import { AccountMenu } from "../account/AccountMenu";
import { useActiveJobCount } from "../jobs/use-jobs";
import { text } from "../text/en";
import { IconButton } from "../ui/Button";
import { classes } from "../ui/classes";
import styles from "./Navigation.module.css";
import { Link, type Route } from "./routes";
import { useTheme } from "./theme";

const PLACES: readonly { view: Route["view"]; to: string; title: string; icon: LucideIcon }[] = [
  { view: "library", to: "/", title: text.nav.library, icon: ListMusic },
  { view: "jobs", to: "/jobs", title: text.nav.jobs, icon: AudioLines },
  { view: "models", to: "/models", title: text.nav.models, icon: Boxes },
  { view: "system", to: "/system", title: text.nav.system, icon: Activity },
];

/** Leads to the views: at the side, on a phone at the bottom. */
export function Navigation({ route }: { route: Route }) {
  const [theme, setTheme] = useTheme();
  const active = useActiveJobCount();
  const here = route.view === "track" || route.view === "analysis" ? "library" : route.view;
  return (
    <nav className={styles.navigation} aria-label={text.nav.label}>
      <Link to="/" className={styles.brand} tabIndex={-1} aria-hidden>
        <img src="/favicon.svg" alt="" width={28} height={28} />
        <span>{text.name}</span>
      </Link>
      <ul className={styles.places}>
        {PLACES.map(({ view, to, title, icon: Icon }) => (
          <li key={view}>
            <Link to={to} className={classes(styles.place, view === here && styles.here)} aria-current={view === here ? "page" : undefined}>
              <Icon size={18} aria-hidden />
              <span>{title}</span>
              {view === "jobs" && active > 0 && (
                <span className={styles.badge} aria-label={text.jobs.active_count(active)}>
                  {active}
                </span>
              )}
            </Link>
          </li>
        ))}
      </ul>
      <div className={styles.foot}>
        <AccountMenu />
        <IconButton
          label={theme === "dark" ? text.theme.toLight : text.theme.toDark}
          icon={theme === "dark" ? Sun : Moon}
          onClick={() => setTheme(theme === "dark" ? "light" : "dark")}
        />
      </div>
    </nav>
  );
}
