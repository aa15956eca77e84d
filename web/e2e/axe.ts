import axe, { type AxeResults } from "axe-core";
import type { Page } from "playwright-core";

/** What axe finds, with all its rules: the rule, and where. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source); // not a script tag: the page lets no strange scripts in
  const results = await page.evaluate(() => (window as unknown as { axe: { run: () => Promise<AxeResults> } }).axe.run());
  return results.violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${target.join(" ")} ${failureSummary}`));
}
