import { text } from "../text/en";
import { SignInFailed } from "./failure";
import { claimsOf, personOf, type Session } from "./session";

/** The session of a token that somebody brought; only the mesh knows when that ends. */
export function pasted(typed: string): Session {
  const accessToken = typed.trim().replace(/^Bearer\s+/i, "");
  const person = personOf(claimsOf(accessToken));
  if (!person.id) throw new SignInFailed(text.account.failures.tokenNotAccepted);
  const never = Number.MAX_SAFE_INTEGER;
  return { source: "token", person, accessToken, renewAt: never, endsAt: never, refreshToken: "", idToken: "" };
}
