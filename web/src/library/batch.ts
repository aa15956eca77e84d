import { type Failure, failureOf } from "../api/failure";
import { isActive } from "../jobs/jobs";
import { text } from "../text/en";
import { toast } from "../ui/toasts";

/** What came of doing the same with several things. */
export interface Outcome<R> {
  done: R[];
  failures: Failure[];
}

/** Does the same with several things, one after the other; one that fails keeps no other from its turn. */
export async function withEach<T, R>(things: readonly T[], act: (thing: T) => Promise<R>): Promise<Outcome<R>> {
  const outcome: Outcome<R> = { done: [], failures: [] };
  for (const thing of things) {
    try {
      outcome.done.push(await act(thing));
    } catch (cause) {
      outcome.failures.push(failureOf(cause));
    }
  }
  return outcome;
}

/** Tells in one notice what was done and what was not, and why; nothing if there is nothing to tell. */
export function tell(done: string, notDone: (n: number) => string, failures: readonly Failure[]): void {
  const words = [done, failures.length > 0 && notDone(failures.length)].filter(Boolean).join(". ");
  const reasons = new Set(failures.map((failure) => failure.words));
  if (words) toast({ text: words, detail: [...reasons].join(" ") || undefined, danger: reasons.size > 0 });
}

/** Asks for a job for each of several tracks, and tells what came of it. */
export async function queueJobs(
  tracks: readonly string[],
  ask: (parent: string, requestId: string) => Promise<Parameters<typeof isActive>[0] | undefined>,
  kind: keyof typeof text.library.queued,
): Promise<void> {
  const words = text.library.queued[kind];
  const { done, failures } = await withEach(tracks, (parent) => ask(parent, crypto.randomUUID()));
  // What the server has the answer to already is answered at once.
  const known = done.filter((job) => job && !isActive(job)).length;
  tell(words.done(done.length - known, known), words.notDone, failures);
}
