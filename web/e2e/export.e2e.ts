import { readFileSync } from "node:fs";

import { fromBinary } from "@bufbuild/protobuf";
import { type ExportMixRequest, ExportMixRequestSchema } from "@sound-forge-alchemy/api/alchemy/processing/v1/mix_pb.js";
import type { Download } from "playwright-core";
import { beforeAll, expect, test } from "vitest";

import type { Chunk } from "../src/engine/chunks";
import { panMatrix } from "../src/engine/mix";
import { decodeFrames, parseWav } from "../src/engine/wav";
import { bringIn, openPage, STUDIO } from "./browser";

const { page } = await openPage();

beforeAll(async () => {
  await page.goto(STUDIO);
  await bringIn(page);
  await page.getByRole("button", { name: "Clear the list" }).click();
  await page.getByRole("table").getByRole("link", { name: /Slow Motion/ }).last().click();
});

const button = (name: string | RegExp) => page.getByRole("button", { name });
const dialog = () => page.getByRole("dialog", { name: "Export" });
const choose = async (label: string, option: string) => {
  await dialog().getByRole("combobox", { name: label }).click();
  await page.getByRole("option", { name: option }).click();
};
const go = () => dialog().getByRole("button", { name: /^Export/ }).click();

test("a mix is exported whose samples are those of the desk", async () => {
  await expect.poll(() => button(/^Play/).isEnabled(), { timeout: 15_000 }).toBe(true);
  const volume = page.getByRole("slider", { name: "Volume of Vocals" });
  for (let press = 0; press < 4; press++) await volume.press("PageDown");
  const pan = page.getByRole("slider", { name: "Panorama of Accompaniment" });
  for (let press = 0; press < 2; press++) await pan.press("PageUp");
  const ruler = await page.getByRole("slider", { name: "Position" }).boundingBox();
  if (!ruler) throw new Error("There is no ruler.");
  const y = ruler.y + ruler.height / 2;
  await page.mouse.move(ruler.x + ruler.width * 0.3, y);
  await page.mouse.down();
  await page.mouse.move(ruler.x + ruler.width * 0.7, y, { steps: 5 });
  await page.mouse.up();

  await button("Export").click();
  expect(await dialog().getByRole("listitem").allTextContents()).toEqual(["Vocals−4.4 dBcentre", "Accompaniment0 dB40 R"]);
  await choose("Format", "WAV");
  await choose("Bit depth", "32 bit float");
  const asked = page.waitForRequest((request) => request.url().endsWith("/ExportMix"));
  const arrives = page.waitForEvent("download");
  await go();
  const request = requestOf((await asked).postDataBuffer());
  const download = await arrives;
  expect(download.suggestedFilename()).toMatch(/^Slow Motion Dream.*\(mix\)\.wav$/);
  await expect.poll(() => page.getByRole("region", { name: "Exports" }).textContent()).toMatch(/MB · −\d+\.\d LUFS/);

  const stems = await Promise.all(["vocals", "accompaniment"].map(stemSamples));
  const { sound: mix, rate } = await samplesOf(download);
  // The ruler shows all of eleven seconds, so the loop is from three to seven tenths of them.
  const seconds = (stems[0]?.[0].length ?? 0) / rate;
  expect(request.start).toBeCloseTo(seconds * 0.3, 0);
  expect(request.end).toBeCloseTo(seconds * 0.7, 0);
  const [first, last] = [Math.round(request.start * rate), Math.round(request.end * rate)];
  expect(mix[0].length).toBe(last - first);
  const matrices = [panMatrix(0.6, 0), panMatrix(1, 0.4)];
  let worst = 0;
  for (let frame = first; frame < last; frame++) {
    let [left, right] = [0, 0];
    matrices.forEach(([ll, rl, lr, rr], index) => {
      const [l, r] = [stems[index]?.[0][frame] ?? 0, stems[index]?.[1][frame] ?? 0];
      left += ll * l + rl * r;
      right += lr * l + rr * r;
    });
    worst = Math.max(worst, Math.abs(left - (mix[0][frame - first] ?? 9)), Math.abs(right - (mix[1][frame - first] ?? 9)));
  }
  expect(worst).toBeLessThan(1e-6);
});

test("stems, a zip and a stem file are exported, and the choices are remembered", async () => {
  await page.reload();
  await expect.poll(() => button(/^Play/).isEnabled(), { timeout: 15_000 }).toBe(true);
  await button("Export").click();
  expect(await dialog().getByRole("combobox", { name: "Bit depth" }).locator("option:checked").textContent()).toBe("32 bit float");
  await page.getByRole("tab", { name: "Stems" }).click();
  await choose("Format", "FLAC");
  await page.getByRole("checkbox", { name: "Vocals" }).click();
  expect(await bytesOf(go)).toMatchObject({ magic: "fLaC", name: expect.stringMatching(/\(accompaniment\)\.flac$/) as string });
  await button("Export").click();
  await page.getByRole("tab", { name: "One file" }).click();
  expect(await bytesOf(go)).toMatchObject({ magic: "PK\u0003\u0004", name: expect.stringMatching(/\(stems\)\.zip$/) as string });
  await button("Export").click();
  await page.getByRole("radio", { name: /^Stem file/ }).click();
  expect((await bytesOf(go)).name).toMatch(/\.stem\.mp4$/);
  await button("Clear the list").click();
  expect(await page.getByRole("region", { name: "Exports" }).count()).toBe(0);
});

async function bytesOf(act: () => Promise<void>): Promise<{ name: string; magic: string }> {
  const arrives = page.waitForEvent("download");
  await act();
  const download = await arrives;
  return { name: download.suggestedFilename(), magic: readFileSync(await download.path()).subarray(0, 4).toString("latin1") };
}

/** The message in a gRPC-Web request: a flag, four bytes of length, the message. */
function requestOf(body: Buffer | null): ExportMixRequest {
  if (!body) throw new Error("The request has no body.");
  return fromBinary(ExportMixRequestSchema, body.subarray(5));
}

/** A finished stem, as the server has it. */
async function stemSamples(stem: string): Promise<Chunk> {
  const track = /tracks\/[^/]+/.exec(page.url())?.[0] ?? "";
  const answer = await page.request.get(`${STUDIO}/v1/${track}/artifacts`);
  const { artifacts } = (await answer.json()) as { artifacts: { stem: string; mediaUri: string }[] };
  const address = new URL(artifacts.find((one) => one.stem === stem)?.mediaUri ?? "", STUDIO);
  const file = await page.request.get(`${STUDIO}${address.pathname}${address.search}`);
  return decoded(await file.body()).sound;
}

async function samplesOf(download: Download): Promise<{ sound: Chunk; rate: number }> {
  return decoded(readFileSync(await download.path()));
}

function decoded(file: Buffer): { sound: Chunk; rate: number } {
  const bytes = Uint8Array.from(file);
  const format = parseWav(bytes);
  if (!format) throw new Error("This is no WAVE file.");
  const { dataOffset, dataBytes, sampleRate } = format;
  return { sound: decodeFrames(bytes.subarray(dataOffset, dataOffset + dataBytes), format), rate: sampleRate };
}
