import { createClient } from "@connectrpc/connect";
import { AnalysisService } from "@sound-forge-alchemy/api/alchemy/analysis/v1/analysis_service_pb.js";
import { DownloadService } from "@sound-forge-alchemy/api/alchemy/download/v1/download_service_pb.js";
import { LibraryService } from "@sound-forge-alchemy/api/alchemy/library/v1/library_service_pb.js";
import { ProcessingService } from "@sound-forge-alchemy/api/alchemy/processing/v1/processing_service_pb.js";

import { Collection, type Resource } from "./collection";

const PAGE_SIZE = 500;

async function* paged<T extends Resource>(
  list: (page: { pageSize: number; pageToken: string }) => Promise<{ records: T[]; nextPageToken: string }>,
): AsyncGenerator<readonly T[]> {
  let pageToken = "";
  do {
    const page = await list({ pageSize: PAGE_SIZE, pageToken });
    yield page.records;
    pageToken = page.nextPageToken;
  } while (pageToken);
}

/** Every track of the user, newest first. */
export const tracks = new Collection("tracks", (transport, signal) => {
  const library = createClient(LibraryService, transport);
  return paged(async (page) => {
    const answer = await library.listTracks({ ...page, orderBy: "create_time desc" }, { signal });
    return { records: answer.tracks, nextPageToken: answer.nextPageToken };
  });
});

/** Every separation of every track, newest first. */
export const separations = new Collection("separations", (transport, signal) => {
  const processing = createClient(ProcessingService, transport);
  return paged(async (page) => {
    const answer = await processing.listSeparations({ ...page, parent: "tracks/-" }, { signal });
    return { records: answer.separations, nextPageToken: answer.nextPageToken };
  });
});

/** Every analysis of every track, newest first. */
export const analyses = new Collection("analyses", (transport, signal) => {
  const analysis = createClient(AnalysisService, transport);
  return paged(async (page) => {
    const answer = await analysis.listAnalyses({ ...page, parent: "tracks/-" }, { signal });
    return { records: answer.analyses, nextPageToken: answer.nextPageToken };
  });
});

/** Every download, newest first. */
export const downloads = new Collection("downloads", (transport, signal) => {
  const download = createClient(DownloadService, transport);
  return paged(async (page) => {
    const answer = await download.listDownloads(page, { signal });
    return { records: answer.downloads, nextPageToken: answer.nextPageToken };
  });
});

/** Every installation of every model, newest first. */
export const installations = new Collection("installations", (transport, signal) => {
  const processing = createClient(ProcessingService, transport);
  return paged(async (page) => {
    const answer = await processing.listInstallations({ ...page, parent: "models/-" }, { signal });
    return { records: answer.installations, nextPageToken: answer.nextPageToken };
  });
});

/** All of them, for what concerns all. */
export const COLLECTIONS = [tracks, separations, analyses, downloads, installations] as const;
