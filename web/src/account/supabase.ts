import { text } from "../text/en";
import { IssuerSilent, SignInFailed } from "./failure";
import type { Issuer } from "./issuer";
import { type OfferOf, sourceOf } from "./offer";
import { claimsOf, lifetime, personOf, type Session } from "./session";

const TIMEOUT_MS = 15_000;
/** What a token is taken to last if the issuer does not say. */
const USUAL_SECONDS = 300;
const { failures } = text.account;

type Answer = Readonly<Record<string, unknown>>;

/** The accounts of a Supabase project, by its own REST interface. */
export class Supabase implements Issuer {
  readonly #offer: OfferOf<"supabase">;
  readonly #host: string;

  constructor(offer: OfferOf<"supabase">) {
    this.#offer = offer;
    this.#host = new URL(offer.issuer).host;
  }

  /** A session for an e-mail address and its password. */
  async forPassword(email: string, password: string): Promise<Session> {
    return this.#session(await this.#ask("token?grant_type=password", { email, password }));
  }

  async renewed(before: Session): Promise<Session> {
    return this.#session(await this.#ask("token?grant_type=refresh_token", { refresh_token: before.refreshToken }), before);
  }

  /** Ends this session, and leaves others of the account. */
  async end({ accessToken }: Session): Promise<boolean> {
    await this.#ask("logout?scope=local", {}, { Authorization: `Bearer ${accessToken}` });
    return false;
  }

  async #ask(path: string, body: Readonly<Record<string, string>>, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    let response: Response;
    let answer: Answer;
    try {
      response = await fetch(`${this.#offer.issuer.replace(/\/$/, "")}/${path}`, {
        method: "POST",
        headers: { "Content-Type": "application/json", apikey: this.#offer.key, ...headers },
        body: JSON.stringify(body),
        redirect: "error",
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      answer = ((await response.json().catch(() => null)) ?? {}) as Answer;
    } catch (cause) {
      throw new IssuerSilent(failures.silent(this.#host), { cause });
    }
    if (response.ok) return answer;
    if (response.status === 429) throw new IssuerSilent(failures.busy(this.#host));
    if (response.status >= 500) throw new IssuerSilent(failures.silent(this.#host));
    throw new SignInFailed(this.#refusal(answer, response.status));
  }

  #refusal(answer: Answer, status: number): string {
    const code = answer["error_code"] ?? answer["error"];
    if (code === "invalid_credentials") return failures.credentials;
    if (code === "email_not_confirmed") return failures.unconfirmed;
    const said = [answer["msg"], answer["error_description"], code];
    return failures.refused(this.#host, said.find((word) => typeof word === "string") ?? `${status}`);
  }

  #session(answer: Answer, before?: Session): Session {
    const { access_token: accessToken, refresh_token, expires_in, user } = answer;
    if (typeof accessToken !== "string") throw new SignInFailed(failures.noToken(this.#host));
    const refreshToken = typeof refresh_token === "string" ? refresh_token : (before?.refreshToken ?? "");
    return {
      source: sourceOf(this.#offer),
      person: before?.person ?? personOf((user as Answer | undefined) ?? claimsOf(accessToken)),
      accessToken,
      ...lifetime(typeof expires_in === "number" ? expires_in : USUAL_SECONDS, refreshToken),
      refreshToken,
      idToken: "",
    };
  }
}
