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
