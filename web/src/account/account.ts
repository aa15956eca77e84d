import { Code, ConnectError } from "@connectrpc/connect";
import { ErrorInfoSchema } from "@sound-forge-alchemy/api/google/rpc/error_details_pb.js";

import { text } from "../text/en";
import { IssuerSilent, SignInFailed } from "./failure";
import type { Issuer } from "./issuer";
import type { Kept } from "./kept";
import { type Offer, sourceOf } from "./offer";
import { ended, holds, type Person, type Session } from "./session";

/** How this page stands with the mesh. */
export type AccountState =
  | { kind: "asking"; silent: boolean } // how to sign in; `silent`: nothing has answered yet
  | { kind: "open" } // nobody signs in: everything is one user's
  | { kind: "signedOut"; offer: Offer; why: string }
  | { kind: "signedIn"; offer: Offer; person: Person }
  | { kind: "ended"; offer: Offer; person: Person }; // what shows is that person's, and waits for them

/** What an account needs from around it. */
export interface Surroundings {
  /** How to sign in; rejects while nothing answers. */
  offer: () => Promise<Offer>;
  kept: Kept;
  /** The session that an issuer has just sent this page back with. */
  arrival: (offer: Offer) => Promise<Session | undefined>;
  issuerOf: (offer: Offer) => Promise<Issuer | undefined>;
  /** Whether the mesh takes a token. */
  accepts: (accessToken: string) => Promise<boolean>;
  /** Loads the page anew at its beginning: nothing that it knew remains. */
  leave: () => void;
}

const ASK_AGAIN_MS = 2_000;
/** An issuer that was silent is left alone for so long while the token still holds. */
const QUIET_MS = 10_000;

/**
 * Who is signed in at this browser, and the tokens of the calls that they make.
 *
 * Calls ask for their token one by one. While nobody is signed in they wait, so that what was under way goes on afterwards. A
 * page shows things of one person only: when another signs in, here or in another tab, it is loaded anew.
 */
export class Account {
  readonly #around: Surroundings;
  readonly #listeners = new Set<() => void>();
  #state: AccountState = { kind: "asking", silent: false };
  #offer: Offer = { mode: "token" };
  #session: Session | undefined;
  /** Whose things this page shows. */
  #person: Person | undefined;
  #renewing: Promise<void> | undefined;
  #quietUntil = 0;
  /** A token that was renewed because the mesh refused the one before: if it is refused too, renewing does not help. */
  #suspect = "";

  constructor(around: Surroundings) {
    this.#around = around;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly state = (): AccountState => this.#state;

  /** Learns how to sign in, and who is; once, when the page is loaded. */
  async begin(): Promise<void> {
    this.#offer = await this.#asked();
    if (this.#offer.mode === "local") {
      this.#set({ kind: "open" });
      return;
    }
    this.#around.kept.listen(() => this.#heard());
    let why = "";
    try {
      const session = await this.#around.arrival(this.#offer);
      if (session) await this.enter(session);
    } catch (cause) {
      why = cause instanceof SignInFailed ? cause.message : text.account.failures.silent(window.location.host);
    }
    const kept = this.#kept();
    if (kept && holds(kept)) this.#heard();
    else this.#set({ kind: "signedOut", offer: this.#offer, why: why || (kept ? text.account.endedBefore : "") });
  }

  /** Takes a session that somebody has just signed in for; rejects with SignInFailed if the mesh does not. */
  async enter(session: Session): Promise<void> {
    if (!(await this.#around.accepts(session.accessToken))) {
      const { tokenNotAccepted, notAccepted } = text.account.failures;
      throw new SignInFailed(this.#offer.mode === "token" ? tokenNotAccepted : notAccepted);
    }
    this.#around.kept.write(session);
    this.#heard();
  }

  /** Signs out, in all tabs. */
  async signOut(): Promise<void> {
    const session = this.#session;
    this.#set({ kind: "asking", silent: false });
    this.#around.kept.write(undefined);
    try {
      const issuer = await this.#around.issuerOf(this.#offer);
      if (session && holds(session) && (await issuer?.end(session))) return;
    } catch {
      // Nothing is kept here any more, and what the issuer still knows ends by itself.
    }
    this.#around.leave();
  }

  /**
   * A token for a call that begins now, renewed first if it is about to end; undefined = calls carry none. While nobody is
   * signed in it is waited for.
   */
  async token(signal?: AbortSignal | null): Promise<string | undefined> {
    for (;;) {
      signal?.throwIfAborted();
      if (this.#state.kind === "open") return undefined;
      const session = this.#session;
      if (!session || !holds(session)) {
        await this.#change(signal);
      } else if (Date.now() < Math.max(session.renewAt, Math.min(this.#quietUntil, session.endsAt))) {
        return session.accessToken;
      } else {
        try {
          await this.#renew(session.accessToken);
        } catch (cause) {
          if (Date.now() >= session.endsAt) throw unavailable(cause);
          this.#quietUntil = Date.now() + QUIET_MS;
        }
      }
    }
  }

  /** Takes note that the mesh has refused a token: the next one is another, or is waited for. */
  async refused(token: string): Promise<void> {
    if (this.#session?.accessToken !== token) return; // renewed meanwhile
    if (token === this.#suspect) {
      this.#end(this.#session);
      return;
    }
    try {
      await this.#renew(token);
    } catch (cause) {
      throw unavailable(cause);
    }
    this.#suspect = this.#session.accessToken;
  }

  async #asked(): Promise<Offer> {
    for (;;) {
      try {
        return await this.#around.offer();
      } catch {
        this.#set({ kind: "asking", silent: true });
        await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
      }
    }
  }

  #renew(old: string): Promise<void> {
    this.#renewing ??= this.#around.kept.alone(() => this.#exchange(old)).finally(() => (this.#renewing = undefined));
    return this.#renewing;
  }

  async #exchange(old: string): Promise<void> {
    const kept = this.#kept();
    if (kept?.accessToken === old) this.#around.kept.write(await this.#next(kept)); // else another tab was here first
    this.#heard();
  }

  /** What follows a session: a renewed one, or what is left of it. */
  async #next(session: Session): Promise<Session> {
    const issuer = session.refreshToken ? await this.#around.issuerOf(this.#offer) : undefined;
    if (!issuer) return ended(session);
    try {
      return await issuer.renewed(session);
    } catch (cause) {
      if (cause instanceof SignInFailed && !(cause instanceof IssuerSilent)) return ended(session);
      throw cause;
    }
  }

  #end(session: Session): void {
    this.#around.kept.write(ended(session));
    this.#heard();
  }

  /** What is kept, if it is of this mesh. */
  #kept(): Session | undefined {
    const session = this.#around.kept.read();
    return session?.source === sourceOf(this.#offer) ? session : undefined;
  }

  /** Goes by what is kept now, whichever tab wrote it. */
  #heard(): void {
    const session = this.#kept();
    if (this.#person && session?.person.id !== this.#person.id) {
      this.#set({ kind: "asking", silent: false });
      this.#around.leave();
    } else if (session && holds(session)) {
      this.#session = session;
      this.#person = session.person;
      this.#set({ kind: "signedIn", offer: this.#offer, person: session.person });
    } else if (session && this.#person) {
      this.#session = session;
      this.#set({ kind: "ended", offer: this.#offer, person: this.#person });
    }
  }

  #set(state: AccountState): void {
    this.#state = state;
    for (const listener of [...this.#listeners]) listener();
  }

  #change(signal?: AbortSignal | null): Promise<void> {
    return new Promise((resolve, reject) => {
      const done = () => {
        unsubscribe();
        signal?.removeEventListener("abort", abort);
        resolve();
      };
      const abort = () => {
        unsubscribe();
        reject(signal?.reason as Error);
      };
      const unsubscribe = this.subscribe(done);
      signal?.addEventListener("abort", abort, { once: true });
    });
  }
}

/** How a call fails that could not get a token. */
function unavailable(cause: unknown): ConnectError {
  const info = { desc: ErrorInfoSchema, value: { reason: "ISSUER_UNREACHABLE", domain: "studio" } };
  const words = cause instanceof Error ? cause.message : String(cause);
  return new ConnectError(words, Code.Unavailable, undefined, [info], cause);
}
