import { ServerOff } from "lucide-react";
import { lazy, type ReactNode, Suspense, useDeferredValue } from "react";

import { useTheme } from "../app/theme";
import { text } from "../text/en";
import { Message } from "../ui/Message";
import { useAccount } from "./use-account";

const SignInView = lazy(() => import("./SignInView"));
const SignInAgain = lazy(() => import("./SignInAgain"));

/** Shows the studio to whoever may see it, and to everybody else the way in. Where nobody signs in it shows nothing of itself. */
export function AccountGate({ children }: { children: ReactNode }) {
  useTheme();
  // The whole page follows: drawn in pieces, so that the browser can answer meanwhile.
  const state = useDeferredValue(useAccount()[0]);
  switch (state.kind) {
    case "asking":
      return state.silent && <Message icon={ServerOff} title={text.account.unreachable.title} words={text.account.unreachable.words} />;
    case "open":
      return children;
    case "signedOut":
      return (
        <Suspense>
          <SignInView offer={state.offer} why={state.why} />
        </Suspense>
      );
    case "signedIn":
    case "ended":
      return (
        <>
          {children}
          <Suspense>{state.kind === "ended" && <SignInAgain offer={state.offer} />}</Suspense>
        </>
      );
  }
}
