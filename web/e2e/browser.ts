import { readFileSync } from "node:fs";
import { basename } from "node:path";

import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, afterEach, expect } from "vitest";

/** What the test is given by whoever runs the mesh. */
export const STUDIO = setting("STUDIO_URL");
export const SONG = process.env["SONG"] ?? "";
export const LONG_SONG = process.env["LONG_SONG"] ?? "";
export const PROCESSING_PID = Number(process.env["PROCESSING_PID"]);
export const REALTIME_PID = Number(process.env["REALTIME_PID"]);
/** Who signs people in; empty where nobody does. */
export const ISSUER = process.env["ISSUER_URL"] ?? "";

const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** The machine's own Chromium, without a window, for the tests of one file. */
export async function openBrowser(): Promise<Browser> {
  const browser = await chromium.launch({ executablePath: setting("CHROMIUM"), headless: true, args: ARGUMENTS });
  afterAll(() => browser.close());
  return browser;
}

/** One page for the tests of one file, as somebody uses it: each step goes on where the one before ended. None may end with a defect. */
export async function openPage(): Promise<{ browser: Browser; page: Page }> {
  const browser = await openBrowser();
  const { page, defects } = await newPage(browser);
  afterEach(() => {
    expect(defects).toEqual([]);
  });
  return { browser, page };
}

/** A fresh page, with what went wrong in it, and with an ear at whatever it plays. */
export async function newPage(browser: Browser): Promise<{ page: Page; defects: string[] }> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  const defects: string[] = [];
  page.on("pageerror", (error) => defects.push(error.message));
  page.on("console", (message) => {
    // A server that does not answer is what some tests are about; browsers log it by themselves.
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) defects.push(message.text());
  });
  await page.addInitScript(() => {
    const ears: AnalyserNode[] = [];
    // Called on the node that it is taken from, below.
    // eslint-disable-next-line @typescript-eslint/unbound-method
    const connect = AudioNode.prototype.connect as (this: AudioNode, to: AudioNode) => AudioNode;
    AudioNode.prototype.connect = function (this: AudioNode, to: AudioNode) {
      if (to instanceof AudioDestinationNode) {
        const ear = new AnalyserNode(this.context, { fftSize: 32_768 });
        connect.call(this, ear);
        ears.push(ear);
      }
      return connect.call(this, to);
    } as typeof AudioNode.prototype.connect;
    Object.assign(window, { ears });
  });
  return { page, defects };
}

/** How loud the page has been in the last two thirds of a second: the root of the mean square. */
export function loudness(page: Page): Promise<number> {
  return page.evaluate(() => {
    const ear = (window as unknown as { ears: AnalyserNode[] }).ears.at(-1);
    if (!ear) return 0;
    const samples = new Float32Array(ear.fftSize);
    ear.getFloatTimeDomainData(samples);
    return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
  });
}

/** Drops a file onto the page, as from the desktop. */
export async function drop(page: Page, path: string): Promise<void> {
  const bytes = [...readFileSync(path)];
  const name = basename(path);
  const transfer = await page.evaluateHandle(
    ({ bytes, name }) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([new Uint8Array(bytes)], name, { type: "audio/mpeg" }));
      return transfer;
    },
    { bytes, name },
  );
  await page.dispatchEvent("body", "dragenter", { dataTransfer: transfer });
  await page.dispatchEvent("body", "drop", { dataTransfer: transfer });
}

/** Brings the demo song in, and waits until it is separated. */
export async function bringIn(page: Page): Promise<void> {
  await drop(page, SONG);
  await page.getByRole("img", { name: "Stems: Vocals, Accompaniment" }).waitFor({ timeout: 50_000 });
}

/** A variable of the environment that must be set. */
export function setting(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set.`);
  return value;
}
