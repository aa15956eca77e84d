import { Code, ConnectError } from "@connectrpc/connect";

import { authorized, type Tokens } from "../account/authorized";
import { failureOf } from "../api/failure";
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

/** Sends files over REST. */
export function restSender(parameters: readonly [string, string][], tokens: Tokens): Send {
  return async (file, requestId, signal, onProgress) => {
    const query = new URLSearchParams([["filename", file.name], ["request_id", requestId], ...parameters]);
    const address = `/v1/tracks:upload?${query.toString()}`;
    const { status, answer } = await authorized(tokens, signal, (token) => post(address, file, token, signal, onProgress)).catch((cause: unknown) => {
      throw new Error(failureOf(cause).words);
    });
    const name = (answer as { track?: { name?: string } } | null)?.track?.name;
    if (status === 200 && name) return name;
    throw new Error(restFailure(answer));
  };
}

/** Sends one file with XMLHttpRequest, which alone tells a browser how much of a body has left. */
function post(
  address: string,
  file: File,
  token: string | undefined,
  signal: AbortSignal,
  onProgress: (fraction: number) => void,
): Promise<{ status: number; answer: unknown }> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", address);
    if (token !== undefined) request.setRequestHeader("Authorization", `Bearer ${token}`);
    request.responseType = "json";
    request.upload.onprogress = ({ loaded, total }) => onProgress(total ? loaded / total : 0);
    request.upload.onload = () => onProgress(1);
    request.onerror = () => reject(new ConnectError("", Code.Unavailable));
    request.onabort = () => reject(new ConnectError("", Code.Canceled));
    request.onload = () => resolve({ status: request.status, answer: request.response });
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
