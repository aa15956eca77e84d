import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { type Begun, returned } from "./begun";
import { IssuerSilent, SignInFailed } from "./failure";
import { OpenId } from "./openid";
import { personOf, type Session } from "./session";

const ISSUER = "https://id.test";
const OFFER = { mode: "oidc", issuer: ISSUER, clientId: "studio", scope: "openid email" } as const;
const BEGUN: Begun = { state: "s", nonce: "n", verifier: "v".repeat(43), back: "/jobs" };

const part = (value: unknown) => btoa(JSON.stringify(value)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const jwt = (claims: object) => `${part({ alg: "ES256" })}.${part(claims)}.c2ln`;
const idToken = (changes: object = {}) => {
  const now = Math.floor(Date.now() / 1000);
  return jwt({ iss: ISSUER, aud: "studio", sub: "1", name: "Alice", email: "alice@example.org", nonce: "n", iat: now, exp: now + 60, ...changes });
};

/** What the issuer's token endpoint answers, and what it was sent. */
let tokens: () => Response;
let sent: URLSearchParams[];

beforeEach(() => {
  sent = [];
  tokens = () => Response.json({ access_token: "a", token_type: "Bearer", expires_in: 3600, refresh_token: "r", id_token: idToken() });
  vi.stubGlobal("fetch", (address: string, init?: RequestInit) => {
    if (address.endsWith("/.well-known/openid-configuration")) {
      const endpoints = { authorization_endpoint: `${ISSUER}/authorize?tenant=x`, token_endpoint: `${ISSUER}/token` };
      return Promise.resolve(Response.json({ issuer: ISSUER, id_token_signing_alg_values_supported: ["ES256"], ...endpoints }));
    }
    sent.push(new URLSearchParams(init?.body as URLSearchParams));
    return Promise.resolve(tokens());
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  sessionStorage.clear();
});

const finish = (answer: string) => new OpenId(OFFER).finish(new URLSearchParams(answer), BEGUN);

test("one leaves with PKCE, state and nonce, and only this tab knows the verifier", async () => {
  vi.stubGlobal("isSecureContext", true);
  const assign = vi.spyOn(window.location, "assign").mockImplementation(() => undefined);
  await new OpenId(OFFER).begin("/jobs");
  const page = new URL(assign.mock.calls[0]?.[0] ?? "");
  const begun = JSON.parse(sessionStorage.getItem("studio.signing-in") ?? "") as Begun;
  expect(page.origin + page.pathname).toBe(`${ISSUER}/authorize`);
  expect(Object.fromEntries(page.searchParams)).toMatchObject({
    tenant: "x",
    response_type: "code",
    client_id: "studio",
    scope: "openid email",
    redirect_uri: `${window.location.origin}/`,
    code_challenge_method: "S256",
    state: begun.state,
    nonce: begun.nonce,
  });
  expect(page.href).not.toContain(begun.verifier);
  expect(begun.back).toBe("/jobs");
});

test("where browsers keep no secrets, nobody is sent away", async () => {
  vi.stubGlobal("isSecureContext", false);
  await expect(new OpenId(OFFER).begin("/")).rejects.toThrow("HTTPS");
});

test("coming back puts the address right at once, and is read once", () => {
  sessionStorage.setItem("studio.signing-in", JSON.stringify(BEGUN));
  window.history.replaceState(null, "", "/?code=c&state=s");
  expect(returned()?.begun).toEqual(BEGUN);
  expect(window.location.pathname + window.location.search).toBe("/jobs");
  window.history.replaceState(null, "", "/?code=c&state=s");
  expect(returned()).toBeUndefined();
  expect(window.location.search).toBe("");
});

test("a code is good for a session", async () => {
  const session = await finish("code=c&state=s");
  expect(session).toMatchObject({ accessToken: "a", refreshToken: "r", person: { id: "1", name: "Alice", email: "alice@example.org" } });
  expect(Object.fromEntries(sent[0] ?? [])).toMatchObject({ grant_type: "authorization_code", code: "c", code_verifier: BEGUN.verifier, client_id: "studio" });
});

test("another state, nonce, audience or issuer is not believed", async () => {
  await expect(finish("code=c&state=another")).rejects.toThrow("cannot be trusted");
  expect(sent).toEqual([]);
  for (const changes of [{ nonce: "another" }, { aud: "another" }, { iss: "https://another.test" }, { exp: 1 }]) {
    tokens = () => Response.json({ access_token: "a", token_type: "Bearer", id_token: idToken(changes) });
    await expect(finish("code=c&state=s")).rejects.toThrow("cannot be trusted");
  }
  tokens = () => Response.json({ access_token: "a", token_type: "Bearer" });
  await expect(finish("code=c&state=s")).rejects.toThrow("cannot be trusted");
});

test("refusals are told apart", async () => {
  await expect(finish("error=access_denied&state=s")).rejects.toThrow("without signing in");
  tokens = () => Response.json({ error: "invalid_grant", error_description: "the code is too old" }, { status: 400 });
  await expect(finish("code=c&state=s")).rejects.toThrow("id.test refuses: the code is too old");
  tokens = () => Response.error();
  await expect(finish("code=c&state=s")).rejects.toThrow(SignInFailed);
});

const BEFORE: Session = {
  source: "",
  person: personOf({ sub: "1", name: "Alice" }),
  accessToken: "old",
  renewAt: 0,
  endsAt: 0,
  refreshToken: "kept",
  idToken: "id",
};

test("what a renewal does not bring stays as it was", async () => {
  tokens = () => Response.json({ access_token: "a", token_type: "Bearer", expires_in: 60 });
  const session = await new OpenId(OFFER).renewed(BEFORE);
  expect(session).toMatchObject({ accessToken: "a", refreshToken: "kept", idToken: "id", person: BEFORE.person });
  expect(session.endsAt - session.renewAt).toBe(15_000); // of a short life, the last quarter
});

test("only a refusal ends a session, not a proxy in trouble", async () => {
  tokens = () => Response.json({ error: "invalid_grant" }, { status: 400 });
  const refused: unknown = await new OpenId(OFFER).renewed(BEFORE).catch((cause: unknown) => cause);
  expect(refused).toBeInstanceOf(SignInFailed);
  expect(refused).not.toBeInstanceOf(IssuerSilent);
  for (const trouble of [
    () => new Response("<h1>Bad gateway</h1>", { status: 502 }),
    () => new Response("<h1>Log in to this café</h1>", { status: 200 }),
    () => Response.json({ error: "server_error" }, { status: 503 }),
  ]) {
    tokens = trouble;
    await expect(new OpenId(OFFER).renewed(BEFORE)).rejects.toBeInstanceOf(IssuerSilent);
  }
});
