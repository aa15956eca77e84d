import { createClient, type Transport } from "@connectrpc/connect";
import { AnalysisService } from "@sound-forge-alchemy/api/alchemy/analysis/v1/analysis_service_pb.js";
import { DownloadService } from "@sound-forge-alchemy/api/alchemy/download/v1/download_service_pb.js";
import { LibraryService } from "@sound-forge-alchemy/api/alchemy/library/v1/library_service_pb.js";
import { ProcessingService } from "@sound-forge-alchemy/api/alchemy/processing/v1/processing_service_pb.js";
import { SpotifyService } from "@sound-forge-alchemy/api/alchemy/spotify/v1/spotify_service_pb.js";

import { failureOf } from "../api/failure";
import { PATIENCE_MS } from "./use-devices";

/** The parts of the mesh that a page can ask. Realtime is judged by the stream that is open anyway. */
export type AskablePart = "library" | "processing" | "analysis" | "download" | "spotify";

/** What came of asking: it answers, it answers but lacks its set-up, or it does not answer. */
export type PartState = "up" | "unset" | "down";

/** Asks a part for something that costs it nothing. */
export async function ask(part: AskablePart, transport: Transport, signal: AbortSignal): Promise<PartState> {
  const options = { signal, timeoutMs: PATIENCE_MS };
  const calls: Record<AskablePart, () => Promise<unknown>> = {
    library: () => createClient(LibraryService, transport).listTracks({ pageSize: 1 }, options),
    processing: () => createClient(ProcessingService, transport).listModels({ pageSize: 1 }, options),
    analysis: () => createClient(AnalysisService, transport).listAnalyses({ parent: "tracks/-", pageSize: 1 }, options),
    download: () => createClient(DownloadService, transport).listProviders({}, options),
    // Refused without a look at the network; the refusal is the answer.
    spotify: () => createClient(SpotifyService, transport).resolveLink({ link: "?" }, options),
  };
  try {
    await calls[part]();
    return "up";
  } catch (cause) {
    const { reason } = failureOf(cause);
    if (reason === "LINK_INVALID") return "up";
    return reason === "SPOTIFY_NOT_CONFIGURED" ? "unset" : "down";
  }
}
