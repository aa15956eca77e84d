import { TransportProvider } from "@connectrpc/connect-query";
import { createRouterTransport } from "@connectrpc/connect";
import type { ExportMixRequest } from "@sound-forge-alchemy/api/alchemy/processing/v1/mix_pb.js";
import { ProcessingService } from "@sound-forge-alchemy/api/alchemy/processing/v1/processing_service_pb.js";
import { AudioEncoding } from "@sound-forge-alchemy/api/alchemy/type/v1/audio_pb.js";
import { cleanup, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { NEUTRAL } from "../engine/mix";
import type { Standing } from "../studio/standing";
import { TooltipProvider } from "../ui/Tooltip";
import { ExportDialog } from "./ExportDialog";
import { exportQueue } from "./exports";
import { ExportTray } from "./ExportTray";
import type { Exportable } from "./orders";

const SONG: Exportable = {
  track: "tracks/t",
  title: "Song",
  analysed: true,
  separation: { name: "tracks/t/separations/s", stems: ["vocals", "drums"], bytes: 100, seconds: 10, sampleRate: 44_100 },
};

let asked: ExportMixRequest[];

beforeEach(() => {
  asked = [];
  vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(() => undefined);
});
afterEach(() => {
  cleanup();
  exportQueue.clear();
});

function open(song: Exportable, standing?: Standing) {
  const transport = createRouterTransport(({ service }) => {
    service(ProcessingService, {
      async *exportMix(request) {
        await Promise.resolve();
        asked.push(request);
        yield { data: { contentType: "audio/flac", data: Uint8Array.of(1) }, filename: "Song (mix).flac", fraction: 1, totalBytes: 1n, report: { integratedLufs: -14 } };
      },
    });
  });
  const onClose = vi.fn();
  render(
    <TransportProvider transport={transport}>
      <TooltipProvider>
        <ExportTray />
        <ExportDialog song={song} standing={standing} onClose={onClose} />
      </TooltipProvider>
    </TransportProvider>,
  );
  return onClose;
}

const standing = (settings: Standing["settings"], loop?: Standing["loop"]): Standing => ({
  deck: "tracks/t/separations/s",
  settings,
  loop,
  shift: { rate: 1, semitones: 0 },
});

test("the mix of the desk is shown, asked for, and arrives in the tray", async () => {
  const onClose = open(SONG, standing([{ ...NEUTRAL, volume: 0.5, pan: -0.3 }, { ...NEUTRAL, muted: true }], { start: 1, end: 2.5 }));
  expect(screen.getAllByRole("listitem").map((item) => item.textContent)).toEqual(["Vocals−6.0 dB30 L", "Drumsmuted"]);
  await userEvent.click(screen.getByRole("button", { name: "Export" }));
  expect(onClose).toHaveBeenCalled();
  await waitFor(() => expect(asked).toHaveLength(1));
  expect(asked[0]).toMatchObject({ start: 1, end: 2.5, encoding: AudioEncoding.WAV_PCM24, stems: [{ stem: "vocals", pan: -0.3 }] });
  await waitFor(() => expect(screen.getByRole("region", { name: "Exports", hidden: true }).textContent).toContain("−14.0 LUFS"));
});

test("what is muted altogether cannot be exported", () => {
  open(SONG, standing([{ ...NEUTRAL, muted: true }, { ...NEUTRAL, muted: true }]));
  expect(screen.getByRole<HTMLButtonElement>("button", { name: "Export" }).disabled).toBe(true);
  expect(screen.getByText(/Everything is muted/)).toBeTruthy();
});

test("stems are one file each, and only those that are wanted", async () => {
  open(SONG);
  await userEvent.click(screen.getByRole("tab", { name: "Stems" }));
  expect(screen.getByRole("button", { name: "Export 2 files" })).toBeTruthy();
  await userEvent.click(screen.getByRole("checkbox", { name: "Vocals" }));
  await userEvent.click(screen.getByRole("button", { name: "Export" }));
  await waitFor(() => expect(asked.map(({ stems }) => stems.map(({ stem }) => stem))).toEqual([["drums"]]));
});

test("a song that is in one piece still has its analysis", () => {
  open({ track: SONG.track, title: SONG.title, analysed: true });
  expect(screen.getAllByRole("tab").map((tab) => tab.textContent)).toEqual(["Analysis"]);
  expect(screen.getByRole<HTMLInputElement>("checkbox", { name: "MIDI" }).getAttribute("aria-checked")).toBe("true");
});

test("that tempo and pitch are left out is said when they are changed", async () => {
  open(SONG, { ...standing([NEUTRAL, NEUTRAL]), shift: { rate: 0.8, semitones: 0 } });
  await userEvent.click(screen.getByRole("tab", { name: "Mix" })); // what was chosen last is remembered
  expect(screen.getByText(/Tempo and pitch are not exported/)).toBeTruthy();
});
