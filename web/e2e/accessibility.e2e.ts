import axe, { type AxeResults } from "axe-core";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { bringIn, launch, newPage, STUDIO } from "./browser";
import { view, VIEWS } from "./views";

const THEMES = ["dark", "light"] as const;
const SIZES = { desktop: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } };

let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

test("an empty library", async () => {
  for (const theme of THEMES) {
    await looking(theme, "desktop", async (page) => {
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
      await looking(theme, size, async (page) => {
        await open(page);
        expect(await violations(page)).toEqual([]);
      });
    });
  });
});

async function looking(theme: "dark" | "light", size: keyof typeof SIZES, look: (page: Page) => Promise<void>): Promise<void> {
  // Things that fade in have half their contrast meanwhile.
  const page = await browser.newPage({ viewport: SIZES[size], colorScheme: theme, reducedMotion: "reduce" });
  try {
    await look(page);
  } finally {
    await page.close();
  }
}

/** What axe finds, with all its rules: the rule, and where. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source); // not a script tag: the page lets no strange scripts in
  const results = await page.evaluate(() => (window as unknown as { axe: { run: () => Promise<AxeResults> } }).axe.run());
  return results.violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${target.join(" ")} ${failureSummary}`));
}
