import { failureWords } from "../text/failures";

/** Where one upload stands. */
export type UploadState =
  | { kind: "waiting" }
  | { kind: "sending"; fraction: number }
  | { kind: "checking" } // everything is sent; the server decodes the file to its end
  | { kind: "done"; track: string }
  | { kind: "failed"; words: string }
  | { kind: "cancelled" };

/** One file on its way into the library. */
export interface Upload {
  readonly id: string;
  readonly file: File;
  readonly state: UploadState;
}

/** Sends one file; the signal cancels it. Resolves with the new track's name, rejects with a sentence for people. */
export type Send = (file: File, requestId: string, signal: AbortSignal, onProgress: (fraction: number) => void) => Promise<string>;

/** Two keep the line full while the server checks a file, and leave connections for everything else. */
const AT_ONCE = 2;

/** Files on their way, a few at a time, in the order in which they were given. */
export class UploadQueue {
  #uploads: readonly Upload[] = [];
  readonly #cancels = new Map<string, AbortController>();
  readonly #sends = new Map<string, Send>();
  readonly #listeners = new Set<() => void>();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** All uploads of this page, oldest first. The same array until something changes. */
  readonly snapshot = (): readonly Upload[] => this.#uploads;

  /** Puts files into the queue. */
  add(files: readonly File[], send: Send): void {
    const added = files.map((file) => ({ id: crypto.randomUUID(), file, state: { kind: "waiting" } as const }));
    for (const { id } of added) this.#sends.set(id, send);
    this.#change([...this.#uploads, ...added]);
    this.#startWaiting();
  }

  /** Stops an upload; the server keeps nothing of it. */
  cancel(id: string): void {
    const upload = this.#uploads.find((one) => one.id === id);
    if (!upload || ended(upload)) return;
    this.#cancels.get(id)?.abort();
    this.#move(id, { kind: "cancelled" });
  }

  /** Sends a failed or cancelled file again, under the same id: if it did arrive after all, no second track comes of it. */
  retry(id: string): void {
    const upload = this.#uploads.find((one) => one.id === id);
    if (upload?.state.kind !== "failed" && upload?.state.kind !== "cancelled") return;
    this.#move(id, { kind: "waiting" });
    this.#startWaiting();
  }

  /** Forgets everything that has ended. */
  clear(): void {
    for (const upload of this.#uploads) if (ended(upload)) this.#sends.delete(upload.id);
    this.#change(this.#uploads.filter((upload) => !ended(upload)));
  }

  #startWaiting(): void {
    for (const upload of this.#uploads) {
      if (this.#cancels.size >= AT_ONCE) return;
      if (upload.state.kind === "waiting" && !this.#cancels.has(upload.id)) void this.#run(upload);
    }
  }

  async #run({ id, file }: Upload): Promise<void> {
    const send = this.#sends.get(id);
    if (!send) return;
    const cancel = new AbortController();
    this.#cancels.set(id, cancel);
    const report = (state: UploadState) => {
      if (!cancel.signal.aborted) this.#move(id, state);
    };
    report({ kind: "sending", fraction: 0 });
    try {
      const track = await send(file, id, cancel.signal, (fraction) =>
        report(fraction < 1 ? { kind: "sending", fraction } : { kind: "checking" }),
      );
      report({ kind: "done", track });
    } catch (cause) {
      report({ kind: "failed", words: cause instanceof Error ? cause.message : String(cause) });
    } finally {
      this.#cancels.delete(id);
      this.#startWaiting();
    }
  }

  #move(id: string, state: UploadState): void {
    this.#change(this.#uploads.map((upload) => (upload.id === id ? { ...upload, state } : upload)));
  }

  #change(uploads: readonly Upload[]): void {
    this.#uploads = uploads;
    for (const listener of this.#listeners) listener();
  }
}

function ended({ state }: Upload): boolean {
  return state.kind === "done" || state.kind === "failed" || state.kind === "cancelled";
}

/** Sends files over REST with XMLHttpRequest, which alone tells a browser how much of a body has left. */
export function restSender(parameters: readonly [string, string][]): Send {
  return (file, requestId, signal, onProgress) =>
    new Promise((resolve, reject) => {
      const query = new URLSearchParams([["filename", file.name], ["request_id", requestId], ...parameters]);
      const request = new XMLHttpRequest();
      request.open("POST", `/v1/tracks:upload?${query.toString()}`);
      request.responseType = "json";
      request.upload.onprogress = ({ loaded, total }) => onProgress(total ? loaded / total : 0);
      request.upload.onload = () => onProgress(1);
      request.onerror = () => reject(new Error(failureWords("UNREACHABLE", {}, "")));
      request.onload = () => {
        const answer = request.response as { track?: { name?: string } } | null;
        const name = answer?.track?.name;
        if (request.status === 200 && name) resolve(name);
        else reject(new Error(restFailure(request.response)));
      };
      signal.addEventListener("abort", () => request.abort(), { once: true });
      request.send(file);
    });
}

/** The words for a google.rpc.Status as REST answers it. */
export function restFailure(answer: unknown): string {
  const status = answer as { message?: string; details?: { reason?: string; metadata?: Record<string, string> }[] } | null;
  const info = status?.details?.find((detail) => detail.reason);
  return failureWords(info?.reason ?? "", info?.metadata ?? {}, status?.message ?? "");
}
