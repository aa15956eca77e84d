import { TransportProvider } from "@connectrpc/connect-query";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { startTransition, StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { AccountGate } from "./account/AccountGate";
import { account } from "./account/here";
import { transport } from "./api/transport";
import { App } from "./app/App";

const client = new QueryClient({
  defaultOptions: {
    // Loopback is always there: whether the mesh answers is told by calling it, not by the browser's idea of a network.
    queries: { networkMode: "always", retry: 1, refetchOnWindowFocus: false },
    mutations: { networkMode: "always" },
  },
});

void account.begin();

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");
const page = createRoot(root);
startTransition(() =>
  page.render(
    <StrictMode>
      <TransportProvider transport={transport}>
        <QueryClientProvider client={client}>
          <AccountGate>
            <App />
          </AccountGate>
        </QueryClientProvider>
      </TransportProvider>
    </StrictMode>,
  ),
);
