/** Who somebody is, as their issuer says. */
export interface Person {
  /** The issuer's name for them, which never changes. */
  id: string;
  /** How they are called. */
  name: string;
  /** Empty if the issuer does not tell it. */
  email: string;
}

/** A sign-in, as this browser keeps it. */
export interface Session {
  /** Which offer it came from; see `sourceOf`. */
  source: string;
  person: Person;
  /** What calls carry; empty = the sign-in has ended, and only whose it was is known. */
  accessToken: string;
  /** When that should be renewed, and when it ends; milliseconds since 1970 by this machine's clock. */
  renewAt: number;
  endsAt: number;
  /** What brings the next one; empty = the issuer gave none. */
  refreshToken: string;
  /** What the issuer's sign-out is told; empty = it gave none. */
  idToken: string;
}

/** A token is renewed so long before its end at the latest: for a call that takes its time, and clocks that differ. */
const AHEAD_MS = 60_000;

/** When a token of so many seconds, received now, is renewed and ends. */
export function lifetime(seconds: number, refreshToken: string): { renewAt: number; endsAt: number } {
  const endsAt = Date.now() + seconds * 1000;
  // One that cannot be renewed is used to its end.
  return { renewAt: refreshToken ? endsAt - Math.min(AHEAD_MS, (seconds * 1000) / 4) : endsAt, endsAt };
}

/** What is left of a sign-in that has ended: whose it was. */
export function ended(session: Session): Session {
  return { ...session, accessToken: "", refreshToken: "", idToken: "" };
}

/** Whether a sign-in still holds, as far as is known here. */
export function holds(session: Session): boolean {
  return session.accessToken !== "";
}

/** Reads what a token or an issuer says about somebody. */
export function personOf(claims: Readonly<Record<string, unknown>>): Person {
  const word = (value: unknown) => (typeof value === "string" ? value : "");
  const more = (claims["user_metadata"] ?? {}) as Readonly<Record<string, unknown>>; // as Supabase has it
  const id = word(claims["sub"]) || word(claims["id"]);
  const email = word(claims["email"]);
  const names = [claims["name"], more["full_name"], more["name"], claims["preferred_username"], email, id];
  return { id, name: names.map(word).find((name) => name !== "") ?? "", email };
}

/** What a JSON Web Token says, unverified: the gateway verifies what counts. Nothing if it is none. */
export function claimsOf(token: string): Readonly<Record<string, unknown>> {
  try {
    const part = (token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/");
    const bytes = Uint8Array.from(atob(part), (letter) => letter.charCodeAt(0));
    const claims: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof claims === "object" && claims !== null ? (claims as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
