import { readFileSync } from "node:fs";

import type { Download } from "playwright-core";
import { beforeAll, expect, test } from "vitest";

import { drop, openPage, SONG, STUDIO } from "./browser";
import { TITLE } from "./views";

const NOT_TOLD = "This was not measured, or could not be told from the audio. Analyse the song again.";

const { page } = await openPage();

beforeAll(async () => {
  await page.goto(STUDIO);
});

const titles = () => page.getByRole("table").getByRole("link").allTextContents();
const selectAll = () => page.getByRole("checkbox", { name: "Select all tracks" }).click();
const bar = (name: string) => page.getByRole("toolbar").getByRole("button", { name }).click();
const exports = () => page.getByRole("region", { name: "Exports" });

test("two songs are brought in, and what is changed elsewhere shows at once", async () => {
  await drop(page, SONG);
  await drop(page, SONG);
  await expect.poll(() => page.getByRole("img", { name: "Stems: Vocals, Accompaniment" }).count(), { timeout: 50_000 }).toBe(2);
  await page.getByRole("button", { name: "Clear the list" }).click();
  await expect.poll(async () => (await titles()).every((title) => TITLE.test(title))).toBe(true);
  const { tracks } = await api<{ tracks: { name: string }[] }>("GET", "tracks");
  await api("PATCH", `${tracks[0]?.name ?? ""}?updateMask=title`, { title: "Glass Hours" });
  await expect.poll(titles).toContain("Glass Hours");
}, 90_000);

test("a job that is begun elsewhere shows within a second or so", async () => {
  await page.getByRole("link", { name: "Jobs" }).click();
  const previews = () => page.getByRole("listitem").filter({ hasText: "Glass Hours" }).count();
  await expect.poll(previews).toBeGreaterThan(0);
  const before = await previews();
  const { tracks } = await api<{ tracks: { name: string; title: string }[] }>("GET", "tracks");
  const glass = tracks.find(({ title }) => title === "Glass Hours");
  const began = Date.now();
  await api("POST", `${glass?.name ?? ""}/separations`, { preview: { start: "1s", duration: "2s" } });
  await expect.poll(previews, { interval: 20 }).toBe(before + 1);
  expect(Date.now() - began).toBeLessThan(2000);
  await page.getByRole("link", { name: "Library" }).click();
});

test("the stems of all selected songs arrive as files", async () => {
  await selectAll();
  const arrived = downloads();
  await bar("Export");
  await page.getByRole("button", { name: "Export 2 files" }).click();
  expect(await page.getByRole("toolbar").count()).toBe(0);
  await expect.poll(() => arrived.length, { timeout: 20_000 }).toBe(2);
  await expect.poll(() => exports().getByRole("heading").textContent()).toBe("2 exports");
  for (const download of arrived) {
    expect(download.suggestedFilename()).toMatch(/ \(stems\)\.zip$/);
    const zip = readFileSync(await download.path());
    expect(entriesOf(zip).sort()).toEqual(["accompaniment.wav", "separation.json", "vocals.wav"]);
    expect(zip.length).toBeGreaterThan(3_000_000); // the whole song, not the two seconds that were separated last
  }
  await page.getByRole("button", { name: "Clear the list" }).click();
});

test("many small files in a row all arrive, whichever of them fails", async () => {
  await expect.poll(() => page.getByRole("cell", { name: /^\d+\.\d$/ }).count(), { timeout: 50_000 }).toBe(2); // both are analysed
  await selectAll();
  await bar("Export");
  await page.getByRole("tab", { name: "Analysis" }).click();
  for (const form of ["Beats, CSV", "Chords, CSV", "Sections, CSV", "Audacity labels", "Click track, WAV", "Everything, JSON"]) {
    await page.getByRole("checkbox", { name: form }).click();
  }
  const arrived = downloads();
  await page.getByRole("button", { name: "Export 14 files" }).click();
  // A form needs more than the few bars that the song has.
  await expect.poll(() => exports().getByRole("heading").textContent(), { timeout: 30_000 }).toBe("14 exports, 2 failed");
  expect(await exports().getByRole("alert").allTextContents()).toEqual([NOT_TOLD, NOT_TOLD]);
  await expect.poll(() => arrived.length).toBe(12);
  const sizes = await Promise.all(arrived.map(async (download) => readFileSync(await download.path()).length));
  expect(Math.min(...sizes)).toBeGreaterThan(0);
  await page.getByRole("button", { name: "Clear the list" }).click();
});

test("all of them are deleted, and brought back", async () => {
  const before = await titles();
  await page.locator("body").press("Control+a");
  await bar("Delete");
  await page.getByText("Bring in your first song").waitFor();
  await page.getByRole("button", { name: "Undo" }).click();
  await expect.poll(titles).toEqual(before);
  await page.waitForTimeout(6500); // so long it could be undone
  await page.reload();
  await expect.poll(titles).toEqual(before);
});

function downloads(): Download[] {
  const arrived: Download[] = [];
  page.on("download", (download) => arrived.push(download));
  return arrived;
}

/** Asks the mesh from elsewhere, as a script does. */
async function api<T>(method: string, path: string, body?: object): Promise<T> {
  const init = body ? { body: JSON.stringify(body), headers: { "content-type": "application/json" } } : {};
  const answer = await fetch(`${STUDIO}/v1/${path}`, { method, ...init });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as T;
}

/** What is in a zip archive, without the title of the song: "vocals.wav". */
function entriesOf(zip: Buffer): string[] {
  const names: string[] = [];
  const [signature, fixed] = [Buffer.from("PK\u0001\u0002"), 46];
  for (let at = zip.indexOf(signature); at >= 0; at = zip.indexOf(signature, at + fixed)) {
    names.push(zip.toString("utf8", at + fixed, at + fixed + zip.readUInt16LE(at + 28)));
  }
  return names.map((name) => name.replace(/^.*\((\w+)\)/, "$1"));
}
