import { Compass } from "lucide-react";
import { lazy, Suspense, useEffect, useRef } from "react";

import { LiveContext, useLiveStream } from "../api/use-live";
import { BringIn } from "../bring/BringIn";
import { ExportTray } from "../export/ExportTray";
import { LibraryView } from "../library/LibraryView";
import { text } from "../text/en";
import { useKeptFocus } from "../ui/kept-focus";
import { Message } from "../ui/Message";
import { Toasts } from "../ui/Toasts";
import { TooltipProvider } from "../ui/Tooltip";
import styles from "./App.module.css";
import { ConnectionBanner } from "./ConnectionBanner";
import { Navigation } from "./Navigation";
import { Link, type Route, routeOf, usePathname } from "./routes";
import { ViewBoundary } from "./ViewBoundary";

const AnalysisView = lazy(() => import("../analysis/AnalysisView"));
const JobsView = lazy(() => import("../jobs/JobsView"));
const ModelsView = lazy(() => import("../models/ModelsView"));
const TrackStudio = lazy(() => import("../studio/TrackStudio"));
const SystemView = lazy(() => import("../system/SystemView"));

/** The whole page. */
export function App() {
  const live = useLiveStream();
  const pathname = usePathname();
  const route = routeOf(pathname);
  const main = useRef<HTMLElement>(null);
  useKeptFocus();
  const arrived = useRef(pathname);
  useEffect(() => {
    // Whoever follows a link by keyboard or screen reader goes on in the view that it leads to.
    if (arrived.current !== pathname) main.current?.focus();
    arrived.current = pathname;
  }, [pathname]);
  return (
    <LiveContext value={live}>
      <TooltipProvider delayDuration={400}>
        <BringIn tray={<ExportTray />}>
          <div className={styles.page}>
            <a className={styles.skip} href="#view">
              {text.nav.skip}
            </a>
            <Navigation route={route} />
            <main id="view" className={styles.view} ref={main} tabIndex={-1}>
              <ConnectionBanner />
              <ViewBoundary key={pathname}>
                <Suspense>
                  <View route={route} />
                </Suspense>
              </ViewBoundary>
            </main>
          </div>
        </BringIn>
        <Toasts />
      </TooltipProvider>
    </LiveContext>
  );
}

function View({ route }: { route: Route }) {
  switch (route.view) {
    case "library":
      return <LibraryView />;
    case "jobs":
      return <JobsView />;
    case "models":
      return <ModelsView />;
    case "system":
      return <SystemView />;
    case "track":
      return <TrackStudio track={route.track} />;
    case "analysis":
      return <AnalysisView track={route.track} />;
    case "unknown":
      return (
        <Message icon={Compass} title={text.notFound.title} words={text.notFound.words} whole>
          <Link to="/">{text.notFound.back}</Link>
        </Message>
      );
  }
}
