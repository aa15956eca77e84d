import * as oauth from "oauth4webapi";

import { text } from "../text/en";
import { type Begun, redirectUri, remember } from "./begun";
import { IssuerSilent, SignInFailed } from "./failure";
import type { Issuer } from "./issuer";
import { type OfferOf, sourceOf } from "./offer";
import { claimsOf, lifetime, type Person, personOf, type Session } from "./session";

const TIMEOUT_MS = 15_000;
/** What a token is taken to last if the issuer does not say. */
const USUAL_SECONDS = 300;
const LOOPBACK: ReadonlySet<string> = new Set(["localhost", "127.0.0.1", "[::1]"]);
const { failures } = text.account;

/** An issuer of OpenID Connect: authorization code with PKCE, for a public client without a secret. */
export class OpenId implements Issuer {
  readonly #offer: OfferOf<"oidc">;
  readonly #issuer: URL;
  readonly #client: oauth.Client;
  #description: Promise<oauth.AuthorizationServer> | undefined;

  constructor(offer: OfferOf<"oidc">) {
    this.#offer = offer;
    this.#issuer = new URL(offer.issuer);
    this.#client = { client_id: offer.clientId };
  }

  /** Leaves for the issuer's page, which sends the browser back to `back`. */
  async begin(back: string): Promise<void> {
    if (!window.isSecureContext) throw new SignInFailed(failures.insecure);
    const { authorization_endpoint } = await this.#describe();
    if (!authorization_endpoint) throw new SignInFailed(failures.answer(this.#issuer.host));
    const begun: Begun = {
      state: oauth.generateRandomState(),
      nonce: oauth.generateRandomNonce(),
      verifier: oauth.generateRandomCodeVerifier(),
      back,
    };
    remember(begun);
    const page = new URL(authorization_endpoint);
    const query = {
      response_type: "code",
      client_id: this.#offer.clientId,
      redirect_uri: redirectUri(),
      scope: this.#offer.scope,
      state: begun.state,
      ...(this.#identifies && { nonce: begun.nonce }),
      code_challenge: await oauth.calculatePKCECodeChallenge(begun.verifier),
      code_challenge_method: "S256",
    };
    for (const [name, value] of Object.entries(query)) page.searchParams.set(name, value);
    window.location.assign(page);
  }

  /** The session that an answer of the issuer's page is good for. */
  async finish(answer: URLSearchParams, { state, nonce, verifier }: Begun): Promise<Session> {
    const server = await this.#describe();
    const tokens = await this.#told(async () => {
      const code = oauth.validateAuthResponse(server, this.#client, answer, state);
      const response = await oauth.authorizationCodeGrantRequest(server, this.#client, oauth.None(), code, redirectUri(), verifier, this.#how());
      const expected = this.#identifies ? { expectedNonce: nonce, requireIdToken: true } : {};
      return oauth.processAuthorizationCodeResponse(server, this.#client, response, expected);
    });
    return this.#session(tokens, personOf(oauth.getValidatedIdTokenClaims(tokens) ?? claimsOf(tokens.access_token)));
  }

  async renewed(before: Session): Promise<Session> {
    const server = await this.#describe();
    let tokens;
    try {
      const response = await oauth.refreshTokenGrantRequest(server, this.#client, oauth.None(), before.refreshToken, this.#how());
      tokens = await oauth.processRefreshTokenResponse(server, this.#client, response);
    } catch (cause) {
      // Only an answer that refuses ends a session; a proxy's page about its own trouble does not.
      if (cause instanceof oauth.ResponseBodyError && !troubled(cause.status)) throw new SignInFailed(this.#refusal(cause.error_description ?? cause.error));
      throw new IssuerSilent(failures.silent(this.#issuer.host), { cause });
    }
    return this.#session(tokens, before.person, before);
  }

  async end({ refreshToken, idToken }: Session): Promise<boolean> {
    const server = await this.#describe();
    if (server.revocation_endpoint && refreshToken) {
      // Where this fails, the issuer's own sign-out still follows, and nothing is kept here.
      await oauth.revocationRequest(server, this.#client, oauth.None(), refreshToken, this.#how()).catch(() => undefined);
    }
    if (!server.end_session_endpoint) return false;
    // Sent as a form, so that the token is in no address and no log.
    submit(server.end_session_endpoint, {
      client_id: this.#offer.clientId,
      post_logout_redirect_uri: redirectUri(),
      ...(idToken && { id_token_hint: idToken }),
    });
    return true;
  }

  /** Whether the issuer is asked to say who somebody is. */
  get #identifies(): boolean {
    return this.#offer.scope.split(" ").includes("openid");
  }

  #describe(): Promise<oauth.AuthorizationServer> {
    this.#description ??= (async () => {
      try {
        return await oauth.processDiscoveryResponse(this.#issuer, await oauth.discoveryRequest(this.#issuer, this.#how()));
      } catch (cause) {
        this.#description = undefined; // the next one asks again
        throw new IssuerSilent(failures.silent(this.#issuer.host), { cause });
      }
    })();
    return this.#description;
  }

  /** Secrets travel over https only; loopback is the exception. */
  #how() {
    // It is marked so that it stands out: here it is only for issuers on the browser's own machine.
    // eslint-disable-next-line @typescript-eslint/no-deprecated
    return { signal: AbortSignal.timeout(TIMEOUT_MS), [oauth.allowInsecureRequests]: LOOPBACK.has(this.#issuer.hostname) };
  }

  async #told<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (cause) {
      if (cause instanceof oauth.AuthorizationResponseError || cause instanceof oauth.ResponseBodyError) {
        if (cause.error === "access_denied") throw new SignInFailed(failures.notAgreed, { cause });
        throw new SignInFailed(this.#refusal(cause.error_description ?? cause.error), { cause });
      }
      if (cause instanceof oauth.OperationProcessingError) throw new SignInFailed(failures.answer(this.#issuer.host), { cause });
      throw new IssuerSilent(failures.silent(this.#issuer.host), { cause });
    }
  }

  #refusal(reason: string): string {
    return failures.refused(this.#issuer.host, reason);
  }

  #session(tokens: oauth.TokenEndpointResponse, person: Person, before?: Session): Session {
    // An issuer that rotates them sends a new one; the others let the old one stand.
    const refreshToken = tokens.refresh_token ?? before?.refreshToken ?? "";
    return {
      source: sourceOf(this.#offer),
      person,
      accessToken: tokens.access_token,
      ...lifetime(tokens.expires_in ?? USUAL_SECONDS, refreshToken),
      refreshToken,
      idToken: tokens.id_token ?? before?.idToken ?? "",
    };
  }
}

function troubled(status: number): boolean {
  return status >= 500 || status === 429;
}

function submit(address: string, fields: Readonly<Record<string, string>>): void {
  const form = document.createElement("form");
  form.method = "post";
  form.action = address;
  for (const [name, value] of Object.entries(fields)) {
    const input = document.createElement("input");
    Object.assign(input, { type: "hidden", name, value });
    form.append(input);
  }
  document.body.append(form);
  form.submit();
}
