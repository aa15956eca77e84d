import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, createRouterTransport } from "@connectrpc/connect";
import { TransportProvider } from "@connectrpc/connect-query";
import { AnalysisService } from "@sound-forge-alchemy/api/alchemy/analysis/v1/analysis_service_pb.js";
import { LibraryService, type UpdateTrackRequest } from "@sound-forge-alchemy/api/alchemy/library/v1/library_service_pb.js";
import { type Track, TrackSchema } from "@sound-forge-alchemy/api/alchemy/library/v1/track_pb.js";
import { ExportFormat, type ExportSeparationRequest, ProcessingService } from "@sound-forge-alchemy/api/alchemy/processing/v1/processing_service_pb.js";
import { type Separation, SeparationSchema } from "@sound-forge-alchemy/api/alchemy/processing/v1/separation_pb.js";
import { JobState } from "@sound-forge-alchemy/api/alchemy/type/v1/job_pb.js";
import { ErrorInfoSchema } from "@sound-forge-alchemy/api/google/rpc/error_details_pb.js";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, cleanup, fireEvent, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { replaceQuery } from "../app/routes";
import { exportQueue } from "../export/exports";
import { ExportTray } from "../export/ExportTray";
import { Toasts } from "../ui/Toasts";
import { TooltipProvider } from "../ui/Tooltip";
import { UNDO_MS } from "./deletion";
import { LibraryView } from "./LibraryView";
import { trackOf } from "./rows";

/** A server with a library. */
class Server {
  readonly separated: string[] = [];
  readonly analysed: string[] = [];
  readonly deleted: string[] = [];
  readonly exported: ExportSeparationRequest[] = [];
  readonly updated: UpdateTrackRequest[] = [];
  /** Titles of tracks for which it does nothing. */
  readonly refusing = new Set<string>();
  readonly tracks: Track[] = [];
  readonly separations: Separation[] = [];
  readonly transport = createRouterTransport(({ service }) => {
    service(LibraryService, {
      listTracks: () => ({ tracks: this.tracks }),
      deleteTrack: ({ name }) => {
        this.#maybeRefuse(name);
        this.deleted.push(this.#title(name));
        return {};
      },
      updateTrack: (request) => {
        this.#maybeRefuse(request.track?.name ?? "");
        this.updated.push(request);
        return request.track ? { track: { ...request.track, revision: 2n } } : {};
      },
    });
    service(ProcessingService, {
      listSeparations: () => ({ separations: this.separations }),
      createSeparation: ({ parent }) => {
        this.#maybeRefuse(parent);
        this.separated.push(this.#title(parent));
        return { separation: { name: `${parent}/separations/9`, state: JobState.QUEUED, revision: 1n } };
      },
      exportSeparation: (request) => this.#export(request),
    });
    service(AnalysisService, {
      createAnalysis: ({ parent }) => {
        this.analysed.push(this.#title(parent));
        // Of the songs that are known already, the server has the answer.
        const known = this.tracks.find(({ name }) => name === parent)?.music !== undefined;
        return { analysis: { name: `${parent}/analyses/9`, state: known ? JobState.SUCCEEDED : JobState.QUEUED, revision: 1n } };
      },
    });
  });

  /** Adds a track, which is `n` minutes younger than the library; its id is of no other test. */
  track(title: string, fields: { album?: string; trackNumber?: number; music?: { bpm: number } } = {}, stems: readonly string[] = []): this {
    const name = `tracks/${run}-${String(this.tracks.length)}`;
    this.tracks.push(create(TrackSchema, { name, title, createTime: timestampFromMs(this.tracks.length * 60_000), revision: 1n, ...fields }));
    if (stems.length > 0) {
      const state = JobState.SUCCEEDED;
      this.separations.push(create(SeparationSchema, { name: `${name}/separations/1`, state, stems: stems.map((stem) => ({ stem, sizeBytes: 10n })), revision: 1n }));
    }
    return this;
  }

  async *#export(request: ExportSeparationRequest) {
    await Promise.resolve();
    this.exported.push(request);
    this.#maybeRefuse(trackOf(request.name));
    yield { data: { contentType: "application/zip", data: Uint8Array.of(1) }, filename: `${this.#title(trackOf(request.name))} (stems).zip` };
  }

  #title(name: string): string {
    return this.tracks.find((track) => track.name === name)?.title ?? "";
  }

  #maybeRefuse(name: string): void {
    if (!this.refusing.has(this.#title(name))) return;
    const info = { desc: ErrorInfoSchema, value: { reason: "STORAGE_FULL", domain: "sound-forge-alchemy" } };
    throw new ConnectError("full", Code.ResourceExhausted, undefined, [info]);
  }
}

const FULL = /disk|room|space|full/i;
let run = 0;
let server: Server;

beforeEach(() => {
  run += 1;
  server = new Server();
  localStorage.clear();
  window.history.replaceState(null, "", "/");
  // Where nothing is laid out, everything is in sight.
  vi.spyOn(HTMLElement.prototype, "clientHeight", "get").mockReturnValue(800);
  vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(() => undefined);
});
afterEach(() => {
  for (const close of screen.queryAllByRole("button", { name: "Close" })) fireEvent.click(close); // notices outlive views
  cleanup();
  exportQueue.clear();
  vi.useRealTimers();
});

async function open(shown = server.tracks.length): Promise<void> {
  render(
    <TransportProvider transport={server.transport}>
      <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
        <TooltipProvider>
          <LibraryView />
          <ExportTray />
          <Toasts />
        </TooltipProvider>
      </QueryClientProvider>
    </TransportProvider>,
  );
  await waitFor(() => expect(titles()).toHaveLength(shown));
}

const titles = () => [...document.querySelectorAll("a[data-row]")].map((link) => link.textContent);
const click = (name: string | RegExp) => userEvent.click(screen.getByRole("button", { name }));
const box = (title: string) => screen.getByRole("checkbox", { name: `Select ${title}` });
const select = async (...some: string[]) => {
  for (const title of some) await userEvent.click(box(title));
};
const selected = () => screen.queryByRole("toolbar")?.getAttribute("aria-label");
const bar = (name: string) => userEvent.click(within(screen.getByRole("toolbar")).getByRole("button", { name }));
const notice = (words: string | RegExp) => screen.findByText(words, { selector: "li *" });
const dialog = () => screen.getByRole("dialog");

test("tracks are selected one by one, up to another, and all that show", async () => {
  server.track("A").track("B").track("C").track("D");
  await open();
  expect(titles()).toEqual(["D", "C", "B", "A"]);
  await select("D");
  expect(selected()).toBe("1 selected");
  fireEvent.click(box("B"), { shiftKey: true });
  expect(selected()).toBe("3 selected");
  await select("C");
  expect(selected()).toBe("2 selected");
  expect(screen.getByRole("checkbox", { name: "Select all tracks" }).getAttribute("aria-checked")).toBe("mixed");
  await userEvent.keyboard("{Control>}a{/Control}");
  expect(selected()).toBe("4 selected");
  await bar("Clear the selection");
  expect(selected()).toBeUndefined();
});

test("what a filter hides is not touched by what is done to the selection", async () => {
  server.track("Amber").track("Blue").track("Bluer");
  await open();
  await userEvent.click(screen.getByRole("checkbox", { name: "Select all tracks" }));
  await userEvent.type(screen.getByRole("textbox", { name: /^Search/ }), "blue");
  await waitFor(() => expect(selected()).toBe("2 selected"));
  await bar("Separate");
  await notice("2 separations queued");
  expect(server.separated.sort()).toEqual(["Blue", "Bluer"]);
});

test("a separation that is refused is told with its reason, and stops no other", async () => {
  server.track("A").track("B").track("C").refusing.add("B");
  await open();
  await select("A", "B", "C");
  await bar("Separate");
  await notice("2 separations queued. One separation could not be queued");
  await notice(FULL);
  expect(server.separated.sort()).toEqual(["A", "C"]);
  expect(selected()).toBeUndefined();
  await waitFor(() => expect(screen.getAllByText("Waiting")).toHaveLength(2));
});

test("an analysis that the server has already is told apart from what it will do", async () => {
  server.track("A").track("B", { music: { bpm: 120 } }).track("C");
  await open();
  await select("A", "B", "C");
  await bar("Analyse");
  await notice("2 analyses queued, 1 known already");
  expect(server.analysed.sort()).toEqual(["A", "B", "C"]);
});

test("stems of several tracks are exported; who has none is named before, and one that fails stops no other", async () => {
  server.track("A", {}, ["vocals"]).track("B").track("C", {}, ["vocals"]).track("D", {}, ["vocals"]).refusing.add("C");
  await open();
  await select("A", "B", "C", "D");
  await bar("Export");
  await screen.findByRole("dialog"); // fetched when it is first wanted
  expect(dialog().textContent).toContain("3 of 4 tracks have stems. Left out: “B”.");
  await userEvent.click(within(dialog()).getByRole("button", { name: "Export 3 files" }));
  expect(selected()).toBeUndefined();
  const tray = await screen.findByRole("region", { name: "Exports" });
  await waitFor(() => expect(tray.textContent).toContain("3 exports, 1 failed"));
  expect(server.exported.map(({ format }) => format)).toEqual([ExportFormat.ZIP, ExportFormat.ZIP, ExportFormat.ZIP]);
  expect(within(tray).getByRole("alert").textContent).toMatch(FULL);
  expect(within(tray).getByText("A (stems).zip")).toBeTruthy();
  expect(within(tray).getByText("D (stems).zip")).toBeTruthy();
  server.refusing.clear();
  await click("Export C.zip again");
  await waitFor(() => expect(within(tray).getByText("C (stems).zip")).toBeTruthy());
});

test("of tracks that have nothing to export it is said what to do first, and leaving keeps the selection", async () => {
  server.track("A").track("B");
  await open();
  await select("A", "B");
  await bar("Export");
  await screen.findByRole("dialog"); // fetched when it is first wanted
  expect(dialog().textContent).toContain("None of these 2 tracks has stems yet. Separate them first.");
  expect(within(dialog()).getByRole<HTMLButtonElement>("button", { name: "Export" }).disabled).toBe(true);
  await userEvent.keyboard("{Escape}");
  expect(selected()).toBe("2 selected");
});

test("one stem of every track that has it can be had", async () => {
  server.track("A", {}, ["vocals", "drums"]).track("B", {}, ["vocals", "accompaniment"]);
  await open();
  await select("A", "B");
  await bar("Export");
  await screen.findByRole("dialog"); // fetched when it is first wanted
  await userEvent.click(screen.getByRole("tab", { name: "Stems" }));
  expect(within(dialog()).getByRole("button", { name: "Export 4 files" })).toBeTruthy();
  for (const stem of ["Vocals", "Accompaniment"]) await userEvent.click(within(dialog()).getByRole("checkbox", { name: stem }));
  expect(dialog().textContent).toContain("1 of 2 tracks has these stems. Left out: “B”.");
  expect(within(dialog()).getByRole("button", { name: "Export" })).toBeTruthy();
});

test("a deletion that is undone never reaches the server", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  server.track("A").track("B").track("C");
  await open();
  await select("A", "C");
  await bar("Delete");
  await notice("Deleted 2 tracks");
  expect(titles()).toEqual(["B"]);
  await click("Undo");
  expect(titles()).toEqual(["C", "B", "A"]);
  await act(() => vi.advanceTimersByTimeAsync(UNDO_MS * 2));
  expect(server.deleted).toEqual([]);
});

test("a deletion that is not undone is done, and what could not be deleted comes back with the reason", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  server.track("A").track("B").track("C").refusing.add("B");
  await open();
  await userEvent.click(screen.getByRole("checkbox", { name: "Select all tracks" }));
  await bar("Delete");
  expect(titles()).toEqual([]);
  expect(server.deleted).toEqual([]);
  await act(() => vi.advanceTimersByTimeAsync(UNDO_MS));
  await waitFor(() => expect(titles()).toEqual(["B"]));
  expect(server.deleted.sort()).toEqual(["A", "C"]);
  await notice("One track could not be deleted");
  await notice(FULL);
});

test("who deletes a track by the keyboard goes on at the one that takes its place", async () => {
  server.track("A").track("B").track("C");
  await open();
  const remove = async (title: string) => {
    act(() => screen.getByRole("button", { name: `Actions for ${title}` }).focus());
    await userEvent.keyboard("{Enter}");
    act(() => screen.getByRole("menuitem", { name: "Delete" }).focus());
    await userEvent.keyboard("{Enter}");
  };
  await remove("B");
  expect(titles()).toEqual(["C", "A"]);
  await waitFor(() => expect(document.activeElement?.textContent).toBe("A"));
  await remove("A");
  await waitFor(() => expect(document.activeElement?.textContent).toBe("C"));
});

test("a list that is put in order leaves the focus with its track, and one elsewhere where it is", async () => {
  server.track("A").track("B").track("C");
  window.history.replaceState(null, "", "/?sort=title");
  await open();
  expect(titles()).toEqual(["A", "B", "C"]);
  act(() => screen.getByRole("link", { name: "C" }).focus());
  act(() => replaceQuery("?sort=-title"));
  expect(titles()).toEqual(["C", "B", "A"]);
  expect(document.activeElement?.textContent).toBe("C");
  act(() => screen.getByRole("textbox", { name: /^Search/ }).focus());
  await userEvent.keyboard("B");
  await waitFor(() => expect(titles()).toEqual(["B"]));
  expect(document.activeElement).toBe(screen.getByRole("textbox", { name: /^Search/ }));
});

test("the list is sorted by a column, and the other way round", async () => {
  server.track("Take 10", { album: "B" }).track("Take 9", { album: "A" }).track("take 11", { album: "C" });
  await open();
  const column = () => screen.getByRole("columnheader", { name: /Title/ }).getAttribute("aria-sort");
  await click("Sort by title");
  expect([titles(), column()]).toEqual([["Take 9", "Take 10", "take 11"], "ascending"]);
  await click("Sort by title");
  expect([titles(), column()]).toEqual([["take 11", "Take 10", "Take 9"], "descending"]);
  await click("Sort by album");
  expect(titles()).toEqual(["Take 9", "Take 10", "take 11"]);
});

test("tempo filters show as chips, and a search that finds nothing can be cleared along with them", async () => {
  server.track("Slow", { music: { bpm: 64 } }).track("Fast", { music: { bpm: 128 } });
  await open();
  await click("Tempo and key");
  await userEvent.type(screen.getByLabelText("BPM from"), "100");
  await waitFor(() => expect(titles()).toEqual(["Fast"]));
  await userEvent.keyboard("{Escape}");
  await click("Remove the filter: from 100 BPM");
  expect(titles()).toEqual(["Fast", "Slow"]);
  await userEvent.type(screen.getByRole("textbox", { name: /^Search/ }), "nowhere");
  await screen.findByText("Nothing matches");
  await click("Clear search and filters");
  await waitFor(() => expect(titles()).toEqual(["Fast", "Slow"]));
});

test("what is looked for, and in which order, is part of the address", async () => {
  server.track("Amber").track("Blue Amber").track("Cobalt");
  await open();
  await userEvent.type(screen.getByRole("textbox", { name: /^Search/ }), "amber");
  await userEvent.selectOptions(screen.getByRole("combobox", { name: "Show" }), "Not separated");
  await click("Sort by title");
  expect(window.location.search).toBe("?q=amber&state=unseparated&sort=title");
  await waitFor(() => expect(titles()).toEqual(["Amber", "Blue Amber"]));
});

test("an address says what shows; without an order, it is the last one", async () => {
  server.track("Slow", { music: { bpm: 64 } }).track("Fast", { music: { bpm: 128 } }).track("Faster", { music: { bpm: 140 } });
  window.history.replaceState(null, "", "/?bpm=100-&sort=-bpm");
  await open(2);
  expect(titles()).toEqual(["Faster", "Fast"]);
  await click("Sort by title");
  act(() => replaceQuery(""));
  expect(titles()).toEqual(["Fast", "Faster", "Slow"]);
});

test("tags are changed; what the server refuses is told where it was asked for", async () => {
  server.track("Amber", { album: "Old", trackNumber: 3 }).refusing.add("Amber");
  await open();
  await click("Actions for Amber");
  await userEvent.click(screen.getByRole("menuitem", { name: "Edit details" }));
  const title = await screen.findByLabelText("Title");
  const save = () => screen.getByRole<HTMLButtonElement>("button", { name: "Save" });
  await userEvent.clear(title);
  expect(save().disabled).toBe(true);
  await userEvent.type(title, "Ambergris");
  await userEvent.click(save());
  expect((await within(dialog()).findByRole("alert")).textContent).toMatch(FULL);
  server.refusing.clear();
  await userEvent.click(save());
  await waitFor(() => expect(titles()).toEqual(["Ambergris"]));
  expect(server.updated[0]).toMatchObject({ track: { title: "Ambergris", album: "Old", trackNumber: 3 } });
  expect(server.updated[0]?.updateMask?.paths).toContain("track_number");
  expect(screen.queryByRole("dialog")).toBeNull();
});
