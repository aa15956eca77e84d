import axe, { type AxeResults } from "axe-core";
import type { Browser, Page } from "playwright-core";

export const THEMES = ["dark", "light"] as const;
export const SIZES = { desktop: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } };

/** Looks at the studio in one theme and size, in a browser that remembers nothing. */
export async function looking(
  browser: Browser,
  theme: (typeof THEMES)[number],
  size: keyof typeof SIZES,
  look: (page: Page) => Promise<void>,
): Promise<void> {
  // Things that fade in have half their contrast meanwhile.
  const page = await browser.newPage({ viewport: SIZES[size], colorScheme: theme, reducedMotion: "reduce" });
  try {
    await look(page);
  } finally {
    await page.close();
  }
}

/** What axe finds, with all its rules: the rule, and where. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source); // not a script tag: the page lets no strange scripts in
  const results = await page.evaluate(() => (window as unknown as { axe: { run: () => Promise<AxeResults> } }).axe.run());
  return results.violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${target.join(" ")} ${failureSummary}`));
}
