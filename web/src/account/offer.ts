/** How people sign in to a mesh, as it says itself. */
export type Offer =
  | { mode: "local" }
  | { mode: "oidc"; issuer: string; clientId: string; scope: string }
  | { mode: "supabase"; issuer: string; key: string }
  | { mode: "token" };

/** One way to sign in. */
export type OfferOf<Mode extends Offer["mode"]> = Extract<Offer, { mode: Mode }>;

/** Asks the mesh how to sign in; rejects if it does not say. */
export async function fetchOffer(): Promise<Offer> {
  const response = await fetch("/auth/config", { signal: AbortSignal.timeout(10_000) });
  if (!response.ok) throw new Error(`The server answered ${response.status}.`);
  return offerOf(await response.json());
}

/** Reads what a mesh says at /auth/config. */
export function offerOf(answer: unknown): Offer {
  const { mode, ...said } = answer as Partial<Record<string, unknown>>;
  const word = (name: string) => {
    const value = said[name];
    if (typeof value !== "string" || !value) throw new Error(`The server offers "${String(mode)}" without ${name}.`);
    return value;
  };
  switch (mode) {
    case "local":
    case "token":
      return { mode };
    case "oidc":
      return { mode, issuer: word("issuer"), clientId: word("client_id"), scope: word("scope") };
    case "supabase":
      return { mode, issuer: word("issuer"), key: word("key") };
    default:
      throw new Error(`This page does not know how to sign in by "${String(mode)}".`);
  }
}

/** Tells offers apart: a session that came from another one is worth nothing here. */
export function sourceOf(offer: Offer): string {
  switch (offer.mode) {
    case "oidc":
      return `oidc ${offer.issuer} ${offer.clientId}`;
    case "supabase":
      return `supabase ${offer.issuer}`;
    default:
      return offer.mode;
  }
}
