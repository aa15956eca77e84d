import { TransportProvider } from "@connectrpc/connect-query";
import { createRouterTransport } from "@connectrpc/connect";
import { AnalysisService } from "@sound-forge-alchemy/api/alchemy/analysis/v1/analysis_service_pb.js";
import { DownloadService } from "@sound-forge-alchemy/api/alchemy/download/v1/download_service_pb.js";
import { LibraryService } from "@sound-forge-alchemy/api/alchemy/library/v1/library_service_pb.js";
import { Device_State } from "@sound-forge-alchemy/api/alchemy/processing/v1/device_pb.js";
import { ProcessingService } from "@sound-forge-alchemy/api/alchemy/processing/v1/processing_service_pb.js";
import { JobState } from "@sound-forge-alchemy/api/alchemy/type/v1/job_pb.js";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, test } from "vitest";

import { TooltipProvider } from "../ui/Tooltip";
import JobsView from "./JobsView";

const SEPARATIONS = [
  { name: "tracks/a/separations/1", model: "models/htdemucs", state: JobState.QUEUED },
  { name: "tracks/b/separations/2", model: "models/spleeter-2stems", state: JobState.SUCCEEDED },
];
const DOWNLOAD = { name: "downloads/3", link: "https://example.org/song.mp3", state: JobState.FAILED };

let asked: number;

beforeEach(() => {
  asked = 0;
});
afterEach(cleanup);

function show(address = "/jobs", { separations = SEPARATIONS, workers = 1 } = {}) {
  window.history.replaceState(null, "", address);
  const transport = createRouterTransport(({ service }) => {
    service(LibraryService, {
      listTracks: () => ({
        tracks: [
          { name: "tracks/a", title: "Slow Motion" },
          { name: "tracks/b", title: "Fast Motion" },
        ],
      }),
    });
    service(ProcessingService, {
      listSeparations: () => ({ separations }),
      listInstallations: () => ({}),
      listDevices: () => {
        asked++;
        return { devices: Array.from({ length: workers }, () => ({ device: "cpu", state: Device_State.BUSY })) };
      },
    });
    service(AnalysisService, { listAnalyses: () => ({}) });
    service(DownloadService, { listDownloads: () => ({ downloads: [DOWNLOAD] }) });
  });
  render(
    <TransportProvider transport={transport}>
      <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
        <TooltipProvider>
          <JobsView />
        </TooltipProvider>
      </QueryClientProvider>
    </TransportProvider>,
  );
}

const titles = () => screen.queryAllByRole("listitem").map((item) => item.querySelector("p")?.textContent);
const shows = (...expected: string[]) => waitFor(() => expect(titles()).toEqual(expected));

test("without a filter everything shows", async () => {
  show();
  await shows("Slow Motion", "Fast Motion", "https://example.org/song.mp3");
  expect(screen.getByRole("status").textContent).toBe("");
});

test("an address says what shows, and how much of it", async () => {
  show("/jobs?state=failed");
  await shows("https://example.org/song.mp3");
  expect(screen.getByRole<HTMLSelectElement>("combobox", { name: "State" }).value).toBe("failed");
  expect(screen.getByRole("status").textContent).toBe("1 of 3 jobs");
});

test("a choice changes what shows, and the address", async () => {
  show();
  await shows("Slow Motion", "Fast Motion", "https://example.org/song.mp3");
  await userEvent.selectOptions(screen.getByRole("combobox", { name: "Kind" }), "Separations");
  await shows("Slow Motion", "Fast Motion");
  expect(window.location.search).toBe("?kind=separation");
});

test("words are looked for in songs, links and models", async () => {
  show();
  await userEvent.type(await screen.findByRole("textbox", { name: "Search song, link, model" }), "htdemucs");
  await shows("Slow Motion");
  expect(window.location.search).toBe("?q=htdemucs");
  await userEvent.keyboard("{Escape}");
  await shows("Slow Motion", "Fast Motion", "https://example.org/song.mp3");
  expect(window.location.search).toBe("");
});

test.each([
  ["?state=failed&kind=analysis", "No failed analyses"],
  ["?state=done&kind=download", "No finished downloads"],
  ["?state=cancelled", "No cancelled jobs"],
  ["?q=polka", "No jobs with “polka”"],
])("where nothing fits %s, it says: %s", async (query, title) => {
  show(`/jobs${query}`);
  await screen.findByRole("heading", { name: title });
  expect(screen.getByText("There are 3 other jobs.")).toBeTruthy();
  await userEvent.click(screen.getByRole("button", { name: "Show all jobs" }));
  await shows("Slow Motion", "Fast Motion", "https://example.org/song.mp3");
  expect(window.location.href).toMatch(/\/jobs$/);
});

test("a separation that waits for a worker that is not there says so", async () => {
  show("/jobs", { workers: 0 });
  expect((await screen.findByRole("alert")).textContent).toBe("No worker is running. Separations wait until one starts. System");
});

test("while there is a worker, nothing is said of it", async () => {
  show();
  // The second question follows the first answer.
  await waitFor(() => expect(asked).toBe(2), { timeout: 4_000 });
  expect(screen.queryByRole("alert")).toBeNull();
});

test("while nothing waits, nobody asks for workers", async () => {
  show("/jobs", { workers: 0, separations: SEPARATIONS.slice(1) });
  await shows("Fast Motion", "https://example.org/song.mp3");
  expect(asked).toBe(0);
});
