import { Account, type Surroundings } from "./account";
import { IssuerSilent, SignInFailed } from "./failure";
import type { Kept } from "./kept";
import type { Offer } from "./offer";
import { lifetime, type Person, type Session } from "./session";

export const OFFER: Offer = { mode: "oidc", issuer: "https://id.test", clientId: "studio", scope: "openid" };
export const ALICE: Person = { id: "1", name: "Alice", email: "alice@example.org" };
export const BOB: Person = { id: "2", name: "Bob", email: "" };

/** A sign-in whose token lasts for so many seconds. */
export function session(person: Person, token: string, seconds = 3600): Session {
  return {
    source: "oidc https://id.test studio",
    person,
    accessToken: token,
    ...lifetime(seconds, `refresh ${token}`),
    refreshToken: `refresh ${token}`,
    idToken: "",
  };
}

/** One browser: what its tabs share, and the mesh and the issuer that they see. */
export class FakeBrowser {
  kept: Session | undefined;
  /** What the issuer does with a refresh token. */
  issuer: "renews" | "refuses" | "silent" = "renews";
  /** The tokens for which others were asked. */
  renewed: string[] = [];
  ended: string[] = [];
  /** Tokens that the mesh does not take. */
  readonly refuses = new Set<string>();
  left = 0;
  readonly #tabs: (() => void)[] = [];
  #locked: Promise<unknown> = Promise.resolve();

  /** Opens a tab. */
  async open(changes: Partial<Surroundings> = {}): Promise<Account> {
    const tab = new Account({
      offer: () => Promise.resolve(OFFER),
      kept: this.#keep(),
      arrival: () => Promise.resolve(undefined),
      issuerOf: () => Promise.resolve({ renewed: (before) => this.#renew(before), end: (one) => this.#end(one) }),
      accepts: (token) => Promise.resolve(!this.refuses.has(token)),
      leave: () => (this.left += 1),
      ...changes,
    });
    await tab.begin();
    return tab;
  }

  #keep(): Kept {
    let own: (() => void) | undefined;
    return {
      read: () => this.kept && { ...this.kept },
      write: (session) => {
        this.kept = session;
        for (const tab of this.#tabs) if (tab !== own) tab();
      },
      alone: (work) => {
        const result = this.#locked.then(work);
        this.#locked = result.catch(() => undefined);
        return result;
      },
      listen: (listener) => {
        own = listener;
        this.#tabs.push(listener);
      },
    };
  }

  async #renew(before: Session): Promise<Session> {
    this.renewed.push(before.accessToken);
    await Promise.resolve();
    if (this.issuer === "silent") throw new IssuerSilent("No answer.");
    if (this.issuer === "refuses") throw new SignInFailed("It has ended.");
    return session(before.person, `${before.accessToken}+`);
  }

  #end({ accessToken }: Session): Promise<boolean> {
    this.ended.push(accessToken);
    return Promise.resolve(false);
  }
}
