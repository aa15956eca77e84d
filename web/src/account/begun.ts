/** A sign-in that has left for the issuer's page: what only this tab knows. */
export interface Begun {
  state: string;
  nonce: string;
  /** The secret half of PKCE. */
  verifier: string;
  /** Where in the studio somebody was. */
  back: string;
}

const KEY = "studio.signing-in";

/** Where the issuer sends browsers back to. */
export function redirectUri(): string {
  return `${window.location.origin}/`;
}

/** Remembers, in this tab alone, what was begun. */
export function remember(begun: Begun): void {
  sessionStorage.setItem(KEY, JSON.stringify(begun));
}

/**
 * What an issuer sent this page back with, if it has just come from there; read once. The address then is again that of the
 * place where somebody was, so that neither history nor a bookmark holds a code.
 */
export function returned(): { answer: URLSearchParams; begun: Begun } | undefined {
  const answer = new URLSearchParams(window.location.search);
  if (!answer.has("state") || !(answer.has("code") || answer.has("error"))) return undefined;
  const begun = JSON.parse(sessionStorage.getItem(KEY) ?? "null") as Begun | null;
  sessionStorage.removeItem(KEY);
  window.history.replaceState(null, "", begun?.back ?? "/");
  return begun ? { answer, begun } : undefined;
}
