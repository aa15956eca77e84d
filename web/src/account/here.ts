import { Account } from "./account";
import { authorizedFetch } from "./authorized";
import { returned } from "./begun";
import { issuerOf } from "./issuer";
import { KeptInBrowser } from "./kept";
import { fetchOffer } from "./offer";

/** The account of this page. */
export const account = new Account({
  offer: fetchOffer,
  kept: new KeptInBrowser(),
  issuerOf,
  arrival: async (offer) => {
    const back = returned();
    if (!back || offer.mode !== "oidc") return undefined;
    return new (await import("./openid")).OpenId(offer).finish(back.answer, back.begun);
  },
  accepts: async (token) => {
    const asked = fetch("/v1/models?page_size=1", { headers: { Authorization: `Bearer ${token}` } });
    // Whatever else may go wrong says nothing about the token.
    return asked.then(({ status }) => status !== 401 && status !== 403).catch(() => true);
  },
  leave: () => window.location.replace("/"),
});

/** `fetch` for calls to the mesh, with the token of whoever is signed in. */
export const meshFetch = authorizedFetch(account);
