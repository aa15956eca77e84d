import { basename } from "node:path";

import type { Page } from "playwright-core";
import { afterEach, beforeEach, expect, test } from "vitest";

import { drop, LONG_SONG, loudness, newPage, openBrowser, PROCESSING_PID, SONG, STUDIO } from "./browser";

const LOUD = 0.01;
const SILENT = 1e-4;

const browser = await openBrowser();
let page: Page;
let defects: string[];

beforeEach(async () => {
  ({ page, defects } = await newPage(browser));
  await page.goto(STUDIO);
});
afterEach(async () => {
  await page.close();
  expect(defects).toEqual([]);
});

const button = (name: string | RegExp) => page.getByRole("button", { name });
const openSong = async () => {
  await page.getByRole("table").getByRole("link", { name: /Slow Motion/ }).last().click();
  await expect.poll(() => button(/^Play/).isEnabled(), { timeout: 15_000 }).toBe(true);
};
const position = async () => {
  const [minutes, seconds] = ((await page.locator("strong", { hasText: /^\d+:\d\d\.\d$/ }).textContent()) ?? "").split(":");
  return Number(minutes) * 60 + Number(seconds);
};

test("a dropped song is separated before one's eyes", async () => {
  await expect.poll(() => page.getByText("Bring in your first song").isVisible()).toBe(true);
  await drop(page, SONG);
  await expect.poll(() => page.getByText("In the library").isVisible(), { timeout: 20_000 }).toBe(true);
  await expect.poll(() => page.getByRole("img", { name: "Stems: Vocals, Accompaniment" }).isVisible(), { timeout: 50_000 }).toBe(true);
});

test("both stems sound, and mute and solo silence what they should", async () => {
  await openSong();
  await button(/^Play/).click();
  const both = async () => {
    await page.waitForTimeout(1000);
    return loudness(page);
  };
  expect(await both()).toBeGreaterThan(LOUD);
  await button("Mute Accompaniment").click();
  await page.getByRole("slider", { name: "Position" }).press("Home");
  await page.getByRole("slider", { name: "Position" }).press("ArrowRight");
  expect(await both()).toBeGreaterThan(LOUD); // the vocals alone
  await button("Mute Vocals").click();
  expect(await both()).toBeLessThan(SILENT);
  await button("Mute Accompaniment").click();
  expect(await both()).toBeGreaterThan(LOUD); // the accompaniment alone
  await button("Solo Vocals").click();
  expect(await both()).toBeLessThan(SILENT); // the only solo is muted
});

test("a loop is kept, and half the tempo is half as fast", async () => {
  await openSong();
  const ruler = await page.getByRole("slider", { name: "Position" }).boundingBox();
  if (!ruler) throw new Error("There is no ruler.");
  const y = ruler.y + ruler.height / 2;
  await page.mouse.move(ruler.x + ruler.width * 0.3, y);
  await page.mouse.down();
  await page.mouse.move(ruler.x + ruler.width * 0.4, y, { steps: 5 });
  await page.mouse.up();
  await button(/^Play/).click();
  // A tenth of eleven seconds: it comes round every second.
  for (let look = 0; look < 12; look++) {
    await page.waitForTimeout(200);
    const at = await position();
    expect(at).toBeGreaterThan(3);
    expect(at).toBeLessThan(4.6);
  }
  await button(/^Loop off/).click();
  await page.getByRole("slider", { name: "Position" }).press("Home");
  const tempo = page.getByRole("slider", { name: "Tempo" });
  await tempo.press("Home");
  await expect.poll(() => tempo.getAttribute("aria-valuetext")).toBe("50 %");
  await page.waitForTimeout(500);
  const [from, began] = [await position(), Date.now()];
  await page.waitForTimeout(3000);
  const speed = (await position() - from) / ((Date.now() - began) / 1000);
  expect(speed).toBeGreaterThan(0.4);
  expect(speed).toBeLessThan(0.6);
  expect(await loudness(page)).toBeGreaterThan(LOUD);
});

test("a job is found again after a reload, plays while it runs, and can be cancelled", async () => {
  await button("Add music").first().click();
  await page.locator("input[type=file]").setInputFiles(LONG_SONG);
  await expect.poll(() => page.getByText(/^Separating, \d/).isVisible(), { timeout: 40_000 }).toBe(true);
  await page.goto(`${STUDIO}/jobs`);
  await page.reload();
  const cancel = button(/^Cancel Slow Motion/);
  await expect.poll(() => cancel.isVisible()).toBe(true);
  await expect.poll(() => page.getByRole("progressbar").isVisible()).toBe(true);
  await page.getByRole("listitem").getByRole("link", { name: /Slow Motion/ }).first().click();
  await expect.poll(() => button(/^Play/).isEnabled(), { timeout: 30_000 }).toBe(true);
  await button(/^Play/).click();
  await expect.poll(() => loudness(page), { timeout: 20_000 }).toBeGreaterThan(LOUD);
  await page.getByRole("link", { name: /^Jobs/ }).click();
  await cancel.click();
  await expect.poll(() => page.locator("main section").getByText("Cancelled").isVisible(), { timeout: 15_000 }).toBe(true);
});

test("a deletion can be undone", async () => {
  const songs = () => page.getByRole("table").getByRole("link", { name: /Slow Motion/ }).count();
  await expect.poll(songs).toBeGreaterThan(0);
  const before = await songs();
  await page.getByRole("button", { name: /^Actions for Slow Motion/ }).last().click();
  await page.getByRole("menuitem", { name: "Delete" }).click();
  await expect.poll(songs).toBe(before - 1);
  await button("Undo").click();
  await expect.poll(songs).toBe(before);
  await page.waitForTimeout(6500);
  await page.reload();
  await expect.poll(songs).toBe(before);
});

test("a service that hangs is told, and so is its recovery", async () => {
  await page.getByRole("link", { name: "System" }).click();
  const processing = page.getByRole("listitem").filter({ hasText: "Models and separations" });
  await expect.poll(() => processing.textContent()).toContain("Answers");
  await page.getByRole("listitem").filter({ hasText: "float32" }).waitFor();
  process.kill(PROCESSING_PID, "SIGSTOP");
  try {
    await button("Check again").click();
    await expect.poll(() => processing.textContent(), { timeout: 25_000 }).toContain("Does not answer");
    await page.getByText("The processing service does not say what separates songs.").waitFor({ timeout: 25_000 });
    await page.getByRole("link", { name: "Models" }).click();
    await expect.poll(() => page.getByText("The models cannot be read").isVisible(), { timeout: 40_000 }).toBe(true);
  } finally {
    process.kill(PROCESSING_PID, "SIGCONT");
  }
  await button("Try again").click();
  await expect.poll(() => page.getByRole("heading", { name: "HT Demucs, fine-tuned" }).isVisible(), { timeout: 20_000 }).toBe(true);
});

test(`the library tells ${basename(SONG)}'s own tags, and changes them`, async () => {
  await page.getByRole("button", { name: /^Actions for Slow Motion/ }).last().click();
  await page.getByRole("menuitem", { name: "Edit details" }).click();
  await page.getByLabel("Genre").fill("Trip hop");
  await page.getByLabel("Album", { exact: true }).fill("Dreams");
  await button("Save").click();
  await expect.poll(() => page.getByRole("cell", { name: "Dreams" }).isVisible()).toBe(true);
});
