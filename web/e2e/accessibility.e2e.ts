import { beforeAll, describe, expect, test } from "vitest";

import { violations } from "./axe";
import { bringIn, newPage, openBrowser, STUDIO } from "./browser";
import { looking, THEMES } from "./looks";
import { view, VIEWS } from "./views";

const browser = await openBrowser();

test("an empty library", async () => {
  for (const theme of THEMES) {
    await looking(browser, theme, "desktop", async (page) => {
      await page.goto(STUDIO);
      await page.getByText("Bring in your first song").waitFor();
      expect(await violations(page)).toEqual([]);
    });
  }
});

describe("with a song in it", () => {
  beforeAll(async () => {
    const { page } = await newPage(browser);
    await page.goto(STUDIO);
    await bringIn(page);
    await view("desk")(page);
    await page.getByText("BPM").first().waitFor({ timeout: 50_000 });
    await page.close();
  }, 120_000);

  // What a narrow page shows differently does not depend on its colours.
  describe.each([
    ["dark", "desktop"],
    ["light", "desktop"],
    ["dark", "phone"],
  ] as const)("%s, %s", (theme, size) => {
    test.each(Object.entries(VIEWS))("%s", async (_, open) => {
      await looking(browser, theme, size, async (page) => {
        await open(page);
        expect(await violations(page)).toEqual([]);
      });
    });
  });
});
