import { useTransport } from "@connectrpc/connect-query";
import { useQueryClient } from "@tanstack/react-query";
import { createContext, use, useEffect, useState } from "react";

import { follow, type LiveState } from "./live";

/** How the event stream stands, for every view; where nobody opens one, lists need not wait for it. */
export const LiveContext = createContext<LiveState>("lost");

/** How the event stream stands. */
export function useLive(): LiveState {
  return use(LiveContext);
}

/** Opens the page's one event stream; for the root of the page alone. */
export function useLiveStream(): LiveState {
  const transport = useTransport();
  const client = useQueryClient();
  const [state, setState] = useState<LiveState>("connecting");
  useEffect(() => {
    const controller = new AbortController();
    void follow(transport, client, controller.signal, setState);
    return () => controller.abort();
  }, [transport, client]);
  return state;
}
