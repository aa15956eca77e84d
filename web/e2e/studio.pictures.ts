import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { beforeAll, describe, test } from "vitest";

import { openBrowser, setting } from "./browser";
import { looking } from "./looks";
import { VIEWS } from "./views";

// `python -m tools.pictures` runs this against a mesh with some songs in it.
const OUT = setting("OUT");
const WANTED = (process.env["VIEWS"] ?? "").split(" ").filter(Boolean);
const LOOKS = { dark: ["dark", "desktop"], light: ["light", "desktop"], phone: ["dark", "phone"] } as const;
const QUALITY = 65;
// What is drawn from files has come by then.
const SETTLED_MS = 2500;

const browser = await openBrowser();

beforeAll(() => {
  mkdirSync(OUT, { recursive: true });
});

describe.each(Object.entries(LOOKS))("%s", (look, [theme, size]) => {
  test.each(Object.entries(VIEWS).filter(([name]) => WANTED.length === 0 || WANTED.includes(name)))("%s", async (name, open) => {
    await looking(browser, theme, size, async (page) => {
      await open(page);
      await page.locator("h1").first().scrollIntoViewIfNeeded();
      await page.waitForTimeout(SETTLED_MS); // streams never rest, so there is no event for it
      const chromium = await page.context().newCDPSession(page);
      const { data } = await chromium.send("Page.captureScreenshot", { format: "webp", quality: QUALITY });
      writeFileSync(join(OUT, `${name}-${look}.webp`), Buffer.from(data, "base64"));
    });
  });
});
