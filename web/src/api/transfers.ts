/** Where a transfer stands: `Moving` says how far it is while it runs, `Done` what became of it. */
export type TransferState<Moving, Done> =
  | { kind: "waiting" }
  | Moving
  | Done
  | { kind: "failed"; words: string }
  | { kind: "cancelled" };

/** One file on its way; `Details` say which. */
export type Transfer<Details, Moving, Done> = Details & {
  readonly id: string;
  readonly state: TransferState<Moving, Done>;
};

/** What a transfer that runs is given. */
export interface Run<Details, Moving> {
  /** The same for every attempt. */
  id: string;
  /** Ends the attempt. */
  signal: AbortSignal;
  /** Tells how far it is, and what has become known about it. */
  report: (state: Moving, details?: Partial<Details>) => void;
}

/** One attempt at a transfer; rejects with what went wrong. */
export type Attempt<Details, Moving, Done> = (run: Run<Details, Moving>) => Promise<Done>;

/** Files on their way, a few at a time, in the order in which they were given. */
export class TransferQueue<Details extends object, Moving extends { kind: string }, Done extends { kind: "done" }> {
  #transfers: readonly Transfer<Details, Moving, Done>[] = [];
  readonly #attempts = new Map<string, Attempt<Details, Moving, Done>>();
  readonly #cancels = new Map<string, AbortController>();
  readonly #listeners = new Set<() => void>();
  readonly #atOnce: number;
  readonly #words: (cause: unknown) => string;

  /** `words` says what went wrong in a sentence for people. */
  constructor(atOnce: number, words: (cause: unknown) => string) {
    this.#atOnce = atOnce;
    this.#words = words;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** All transfers of this queue, oldest first. The same array until something changes. */
  readonly snapshot = (): readonly Transfer<Details, Moving, Done>[] => this.#transfers;

  /** Stops a transfer; nothing of it is kept, here or on the server. */
  cancel(id: string): void {
    const one = this.#transfers.find((known) => known.id === id);
    if (!one || ended(one)) return;
    this.#cancels.get(id)?.abort();
    this.#move(id, { kind: "cancelled" });
  }

  /** Stops all that have not ended. */
  cancelAll(): void {
    for (const { id } of this.#transfers) this.cancel(id);
  }

  /** Begins a failed or cancelled transfer again, under the same id. */
  retry(id: string): void {
    const one = this.#transfers.find((known) => known.id === id);
    if (one?.state.kind !== "failed" && one?.state.kind !== "cancelled") return;
    this.#move(id, { kind: "waiting" });
    this.#startWaiting();
  }

  /** Forgets everything that has ended. */
  clear(): void {
    for (const one of this.#transfers) if (ended(one)) this.#attempts.delete(one.id);
    this.#change(this.#transfers.filter((one) => !ended(one)));
  }

  protected enqueue(wanted: readonly { details: Details; attempt: Attempt<Details, Moving, Done> }[]): void {
    const added = wanted.map(({ details, attempt }) => {
      const id = crypto.randomUUID();
      this.#attempts.set(id, attempt);
      return { ...details, id, state: { kind: "waiting" } as const };
    });
    this.#change([...this.#transfers, ...added]);
    this.#startWaiting();
  }

  #startWaiting(): void {
    for (const { id, state } of this.#transfers) {
      if (this.#cancels.size >= this.#atOnce) return;
      const attempt = this.#attempts.get(id);
      if (attempt && state.kind === "waiting" && !this.#cancels.has(id)) void this.#run(id, attempt);
    }
  }

  async #run(id: string, attempt: Attempt<Details, Moving, Done>): Promise<void> {
    const cancel = new AbortController();
    const { signal } = cancel;
    this.#cancels.set(id, cancel);
    const move = (state: TransferState<Moving, Done>, details?: Partial<Details>) => {
      if (!signal.aborted) this.#move(id, state, details);
    };
    try {
      move(await attempt({ id, signal, report: move }));
    } catch (cause) {
      move({ kind: "failed", words: this.#words(cause) });
    } finally {
      this.#cancels.delete(id);
      this.#startWaiting();
    }
  }

  #move(id: string, state: TransferState<Moving, Done>, details?: Partial<Details>): void {
    this.#change(this.#transfers.map((one) => (one.id === id ? { ...one, ...details, state } : one)));
  }

  #change(transfers: readonly Transfer<Details, Moving, Done>[]): void {
    this.#transfers = transfers;
    for (const listener of this.#listeners) listener();
  }
}

/** Whether nothing more happens to a transfer by itself. */
export function ended({ state }: { state: { kind: string } }): boolean {
  return state.kind === "done" || state.kind === "failed" || state.kind === "cancelled";
}
