import { createGrpcWebTransport } from "@connectrpc/connect-web";

import { meshFetch } from "../account/here";

/** gRPC-Web to the page's own origin: the gateway serves the studio and the API on one address. */
export const transport = createGrpcWebTransport({ baseUrl: window.location.origin, fetch: meshFetch });

/** A media address as the library signed it, on the page's own origin: the signature does not cover the host. */
export function onThisOrigin(mediaUri: string): string {
  const { pathname, search } = new URL(mediaUri, window.location.origin);
  return pathname + search;
}
