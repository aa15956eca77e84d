import type { Session } from "./session";

/** Where the sign-in of this browser is kept, for all tabs of the page. */
export interface Kept {
  read: () => Session | undefined;
  /** Keeps a session; undefined = forgets it. */
  write: (session: Session | undefined) => void;
  /** Does something while no other tab does: a refresh token that two of them spend ends the session. */
  alone: <T>(work: () => Promise<T>) => Promise<T>;
  /** Tells when another tab has written, for as long as the page is. */
  listen: (listener: () => void) => void;
}

const KEY = "studio.session";

/** Keeps the sign-in in this origin's storage. */
export class KeptInBrowser implements Kept {
  #blocked = false;
  #own: Session | undefined;

  read(): Session | undefined {
    if (this.#blocked) return this.#own;
    try {
      return (JSON.parse(localStorage.getItem(KEY) ?? "null") as Session | null) ?? undefined;
    } catch {
      return undefined; // something else lies there
    }
  }

  write(session: Session | undefined): void {
    this.#own = session;
    try {
      if (session) localStorage.setItem(KEY, JSON.stringify(session));
      else localStorage.removeItem(KEY);
    } catch {
      this.#blocked = true; // storage is switched off: the sign-in holds as long as the page
    }
  }

  async alone<T>(work: () => Promise<T>): Promise<T> {
    // Only pages that nobody on the way can change have locks.
    return "locks" in navigator ? await navigator.locks.request(KEY, work) : work();
  }

  listen(listener: () => void): void {
    window.addEventListener("storage", ({ key }) => {
      if (key === KEY || key === null) listener();
    });
    // A page that the browser had put away has missed what happened meanwhile.
    window.addEventListener("pageshow", ({ persisted }) => {
      if (persisted) listener();
    });
  }
}
