import { Code, ConnectError } from "@connectrpc/connect";
import { anyUnpack } from "@bufbuild/protobuf/wkt";
import { ErrorInfoSchema } from "@sound-forge-alchemy/api/google/rpc/error_details_pb.js";
import type { Status } from "@sound-forge-alchemy/api/google/rpc/status_pb.js";

import { failureWords } from "../text/failures";

/** What went wrong: in words for a musician, and as the server said it for the curious. */
export interface Failure {
  /** A sentence or two, with what to do next. */
  words: string;
  /** The server's own message. */
  detail: string;
  /** The machine-readable reason, for example "TRACK_NOT_FOUND"; empty if the server gave none. */
  reason: string;
}

/** Reads a failed call. */
export function failureOf(cause: unknown): Failure {
  const error = ConnectError.from(cause);
  const info = error.findDetails(ErrorInfoSchema)[0];
  const reason = info?.reason ?? (UNREACHABLE.has(error.code) ? "UNREACHABLE" : "");
  return { words: failureWords(reason, info?.metadata ?? {}, error.rawMessage), detail: error.rawMessage, reason };
}

/** Reads the error of a job that failed. */
export function failureOfJob(status: Status | undefined): Failure {
  const detail = status?.message ?? "";
  const info = status?.details.map((any) => anyUnpack(any, ErrorInfoSchema)).find((one) => one !== undefined);
  return { words: failureWords(info?.reason ?? "", info?.metadata ?? {}, detail), detail, reason: info?.reason ?? "" };
}

/** What a browser reports when nothing answers. */
const UNREACHABLE: ReadonlySet<Code> = new Set([Code.Unavailable, Code.Unknown, Code.DeadlineExceeded]);
