import { type Transfer, TransferQueue } from "../api/transfers";
import { failureWords } from "../text/failures";

type Details = Readonly<{ file: File }>;
type Moving =
  | { kind: "sending"; fraction: number }
  | { kind: "checking" }; // everything is sent; the server decodes the file to its end
type Done = { kind: "done"; track: string };

/** One file on its way into the library. */
export type Upload = Transfer<Details, Moving, Done>;

/** Sends one file; the signal cancels it. Resolves with the new track's name, rejects with a sentence for people. */
export type Send = (file: File, requestId: string, signal: AbortSignal, onProgress: (fraction: number) => void) => Promise<string>;

/** Two keep the line full while the server checks a file, and leave connections for everything else. */
const AT_ONCE = 2;

/** Files on their way in. One that is sent again keeps its id: if it did arrive after all, no second track comes of it. */
export class UploadQueue extends TransferQueue<Details, Moving, Done> {
  constructor() {
    super(AT_ONCE, (cause) => (cause instanceof Error ? cause.message : String(cause)));
  }

  /** Puts files into the queue. */
  add(files: readonly File[], send: Send): void {
    this.enqueue(
      files.map((file) => ({
        details: { file },
        attempt: async ({ id, signal, report }) => {
          report({ kind: "sending", fraction: 0 });
          const track = await send(file, id, signal, (fraction) => report(fraction < 1 ? { kind: "sending", fraction } : { kind: "checking" }));
          return { kind: "done", track };
        },
      })),
    );
  }
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
