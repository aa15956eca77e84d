import type { Locator, Page } from "playwright-core";
import { beforeAll, expect, test } from "vitest";

import { violations } from "./axe";
import { bringIn, newPage, openBrowser, STUDIO } from "./browser";
import { looking, THEMES } from "./looks";
import { view } from "./views";

/** Buttons that open a menu or a panel, and choices. */
const OPENERS = "button[aria-haspopup]:not(:disabled), select:not(:disabled)";
const OPENED = "[data-radix-popper-content-wrapper] > :is([role=menu], [role=dialog])";
const WINDOW = "[data-layer][role=dialog]";
/** What says in a tooltip what it does: in the navigation, and in every window. */
const EXPLAINED = /^(Close|Dark theme|Light theme)$/;

const browser = await openBrowser();

beforeAll(async () => {
  const { page } = await newPage(browser);
  await page.goto(STUDIO);
  await bringIn(page);
  await view("desk")(page);
  await page.getByText("BPM").first().waitFor({ timeout: 50_000 });
  await page.close();
}, 120_000);

// The views in which something else opens than in the others.
test.each(["library", "library-export", "add-music", "jobs", "models", "system", "desk", "export", "keyboard", "analysis"])(
  "axe finds nothing in what opens in the view %s",
  async (name) => {
    await looking(browser, "dark", "desktop", async (page) => {
      await view(name)(page);
      const found: string[] = [];
      const opened = await eachOpening(page, async (opening) => {
        for (const theme of THEMES) {
          await page.evaluate(async (theme) => {
            document.documentElement.dataset["theme"] = theme; // without closing it
            // Colours change over some frames, and what inherits one that changes may begin when that has ended.
            for (;;) {
              const changes = document.getAnimations().filter((change) => change instanceof CSSTransition);
              if (changes.length === 0) break;
              await Promise.allSettled(changes.map((change) => change.finished));
            }
          }, theme);
          found.push(...(await violations(page)).map((violation) => `${opening}, ${theme}: ${violation}`));
        }
      });
      expect(found).toEqual([]);
      expect(opened).toContain("tooltip");
    });
  },
);

/**
 * Opens everything on the page that opens, one after the other, and closes it again; of several whose names begin with the
 * same word, such as the actions of each track, the first. `look` is told its name while it is open.
 */
async function eachOpening(page: Page, look: (name: string) => Promise<void>): Promise<string[]> {
  const window = page.locator(WINDOW);
  const within: Page | Locator = (await window.count()) > 0 ? window : page;
  const opened: string[] = [];
  const see = async (name: string) => {
    await look(name);
    opened.push(name);
  };
  const kind = (name: string) => name.split(" ", 1).join();
  for (const opener of await within.locator(OPENERS).all()) {
    const name = (await opener.getAttribute("aria-label")) ?? (await opener.innerText());
    if (!(await opener.isVisible()) || opened.some((one) => kind(one) === kind(name))) continue;
    await opener.click();
    if (await opener.evaluate((element) => element instanceof HTMLSelectElement)) await opener.getByRole("option").first().waitFor();
    else await page.locator(OPENED).waitFor();
    await see(name);
    await page.keyboard.press("Escape");
  }
  await within.getByRole("button", { name: EXPLAINED }).last().focus();
  await page.getByRole("tooltip").waitFor();
  await see("tooltip");
  return opened;
}
