import type { Offer } from "./offer";
import type { Session } from "./session";

/** Who gives tokens for older ones, and takes them back. */
export interface Issuer {
  /**
   * A session for an older one.
   *
   * Rejects with IssuerSilent if there was no answer, with SignInFailed if the session has ended.
   */
  renewed: (session: Session) => Promise<Session>;
  /** Ends a session; true = the browser is on its way to the issuer's own page. */
  end: (session: Session) => Promise<boolean>;
}

/** Whom to ask; undefined where people bring their tokens from elsewhere. Loads only what the mesh needs. */
export async function issuerOf(offer: Offer): Promise<Issuer | undefined> {
  switch (offer.mode) {
    case "oidc":
      return new (await import("./openid")).OpenId(offer);
    case "supabase":
      return new (await import("./supabase")).Supabase(offer);
    default:
      return undefined;
  }
}
