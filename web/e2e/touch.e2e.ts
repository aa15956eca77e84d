import type { CDPSession, Locator, Page } from "playwright-core";
import { beforeAll, expect, test } from "vitest";

import { bringIn, newPage, openBrowser, STUDIO } from "./browser";
import { TITLE, view } from "./views";

const browser = await openBrowser();
let page: Page;
let screen: CDPSession;

/** Where one finger goes, in shares of what it is put on. */
type Path = readonly [from: readonly [x: number, y: number], to: readonly [x: number, y: number]];

const STEPS = 12;

beforeAll(async () => {
  const first = await newPage(browser);
  await first.page.goto(STUDIO);
  await bringIn(first.page);
  await view("desk")(first.page);
  await first.page.getByText("BPM").first().waitFor({ timeout: 50_000 });
  await first.page.close();
  // So low that the desk and the analysis scroll.
  page = await browser.newPage({ viewport: { width: 390, height: 560 }, hasTouch: true, isMobile: true });
  screen = await page.context().newCDPSession(page);
  await page.goto(STUDIO);
  await page.getByRole("table").getByRole("link", { name: TITLE }).tap();
  await page.getByRole("button", { name: /^Play/ }).and(page.locator(":enabled")).waitFor();
}, 120_000);

const sound = () => page.getByRole("region", { name: "Vocals" }).locator("canvas");
/** What the ruler of the desk says, from left to right. */
const ruler = () => page.getByRole("slider", { name: "Position" }).locator("span").allTextContents();
const position = async () => Number((await page.getByRole("toolbar").locator("strong").textContent())?.replace("0:", ""));

/** Puts the waveform where no bar lies over it. */
const centred = () => sound().evaluate((element) => element.scrollIntoView({ block: "center" }));

test("two fingers look closer at the desk, one moves along, and buttons do the same", async () => {
  await centred();
  const whole = await ruler();
  expect(whole[0]).toBe("0:00");
  await touch(sound(), [[0.45, 0.5], [0.15, 0.5]], [[0.55, 0.5], [0.85, 0.5]]);
  const near = await ruler();
  expect(near[0]).toMatch(/^0:0[3-5]\.\d$/); // the middle of the song is still in the middle
  await touch(sound(), [[0.2, 0.5], [0.8, 0.5]]);
  await expect.poll(async () => seconds((await ruler())[0])).toBeLessThan(seconds(near[0]));
  await page.getByRole("button", { name: "Show all" }).tap();
  await expect.poll(ruler).toEqual(whole);
  await page.getByRole("button", { name: "Look closer" }).tap();
  await expect.poll(ruler).not.toEqual(whole);
  await page.getByRole("button", { name: "Show all" }).tap();
  expect(await position()).toBe(0); // none of that was a tap
});

test("a tap on the desk goes there, and a finger that goes up scrolls", async () => {
  await touch(sound(), [[0.5, 0.5], [0.5, 0.5]]);
  await expect.poll(position).toBeGreaterThan(4.5);
  expect(await position()).toBeLessThan(6.5);
  const before = [await position(), await ruler()];
  const top = await sound().boundingBox();
  await touch(sound(), [[0.3, 0.9], [0.32, -1.5]]);
  await expect.poll(async () => ((await sound().boundingBox())?.y ?? 0) < (top?.y ?? 0) - 30).toBe(true);
  expect([await position(), await ruler()]).toEqual(before);
});

test("the plots of the analysis do the same, and a tap reads them", async () => {
  await page.getByRole("link", { name: "Analysis" }).tap();
  const plot = (name: string) => page.getByRole("slider", { name, exact: true });
  const overview = page.getByRole("slider", { name: "What is in sight" });
  const inSight = () => overview.getAttribute("aria-valuetext");
  await plot("Energy").waitFor();
  await plot("Energy").evaluate((element) => element.scrollIntoView({ block: "center" }));
  await touch(plot("Energy"), [[0.5, 0.5], [0.5, 0.5]]);
  await expect.poll(() => plot("Energy").getAttribute("aria-valuetext")).toMatch(/^0:05\.\d, −\d+\.\d dB$/);
  await touch(plot("Energy"), [[0.45, 0.5], [0.2, 0.5]], [[0.55, 0.5], [0.8, 0.5]]);
  await overview.waitFor();
  const near = await inSight();
  await touch(plot("Energy"), [[0.8, 0.5], [0.3, 0.5]]);
  await expect.poll(async () => seconds(await inSight())).toBeGreaterThan(seconds(near));
  const along = await inSight();
  const top = await plot("Energy").boundingBox();
  await touch(plot("Energy"), [[0.3, 0.8], [0.32, -1]]);
  await expect.poll(async () => ((await plot("Energy").boundingBox())?.y ?? 0) < (top?.y ?? 0) - 30).toBe(true);
  expect(await inSight()).toBe(along);
});

/** Puts fingers on something, moves them, and takes them away: real touches, which the browser may also scroll by. */
async function touch(on: Locator, ...paths: readonly Path[]): Promise<void> {
  const box = await on.boundingBox();
  if (!box) throw new Error("There is nothing to touch.");
  const points = (share: number) =>
    paths.map(([from, to], id) => ({
      id,
      x: box.x + box.width * (from[0] + (to[0] - from[0]) * share),
      y: box.y + box.height * (from[1] + (to[1] - from[1]) * share),
    }));
  await screen.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: points(0) });
  if (paths.some(([from, to]) => from[0] !== to[0] || from[1] !== to[1])) {
    for (let step = 1; step <= STEPS; step++) await screen.send("Input.dispatchTouchEvent", { type: "touchMove", touchPoints: points(step / STEPS) });
  }
  await screen.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
  await page.waitForTimeout(500); // a tap that comes at once stops what the finger has set going, and does nothing else
}

/** The first clock in some words, in seconds: "0:04.5". */
function seconds(words: string | null | undefined): number {
  const [, minutes, rest] = /(\d+):(\d+(?:\.\d)?)/.exec(words ?? "") ?? [];
  return Number(minutes) * 60 + Number(rest);
}
