import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, test } from "vitest";

import { launch, setting } from "./browser";
import { VIEWS } from "./views";

// `python -m tools.pictures` runs this against a mesh with some songs in it.
const OUT = setting("OUT");
const WANTED = (process.env["VIEWS"] ?? "").split(" ").filter(Boolean);
const LOOKS = {
  dark: { colorScheme: "dark", viewport: { width: 1280, height: 800 } },
  light: { colorScheme: "light", viewport: { width: 1280, height: 800 } },
  phone: { colorScheme: "dark", viewport: { width: 390, height: 844 } },
} as const;
const QUALITY = 65;
// What is drawn from files has come by then.
const SETTLED_MS = 2500;

let browser: Browser;

beforeAll(async () => {
  mkdirSync(OUT, { recursive: true });
  browser = await launch();
});
afterAll(() => browser.close());

describe.each(Object.entries(LOOKS))("%s", (look, { colorScheme, viewport }) => {
  test.each(Object.entries(VIEWS).filter(([name]) => WANTED.length === 0 || WANTED.includes(name)))("%s", async (name, open) => {
    const page = await browser.newPage({ viewport, colorScheme, reducedMotion: "reduce" });
    await open(page);
    await page.locator("h1").first().scrollIntoViewIfNeeded();
    await page.waitForTimeout(SETTLED_MS); // streams never rest, so there is no event for it
    const chromium = await page.context().newCDPSession(page);
    const { data } = await chromium.send("Page.captureScreenshot", { format: "webp", quality: QUALITY });
    writeFileSync(join(OUT, `${name}-${look}.webp`), Buffer.from(data, "base64"));
    await page.close();
  });
});
