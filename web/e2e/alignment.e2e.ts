import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { build, type Plugin } from "esbuild";
import { beforeAll, expect, test } from "vitest";

import { newPage, openBrowser, STUDIO } from "./browser";
import type { Heard } from "./alignment-page";

// Its clock, which the engine cannot start by itself, is a defect for other pages.
const { page } = await newPage(await openBrowser());

beforeAll(async () => {
  const body = await bundled("alignment-page.ts");
  await page.route("**/alignment-page.js", (route) => route.fulfill({ contentType: "text/javascript", body }));
  await page.goto(STUDIO);
});

test("stems begin on the same sample, and are there still after fifty seeks and ten minutes", { timeout: 300_000 }, async () => {
  await page.addScriptTag({ url: "/alignment-page.js", type: "module" });
  const heard = await page.evaluate(() => (window as unknown as { play: () => Promise<Heard> }).play());
  expect(heard.seeks).toBe(50);
  // The other stem is heard in the other channel; both tell which of their frames they are.
  expect(heard.framesApart).toBe(0);
  // Past the last seek every sample follows the one before it.
  expect(heard.jumps).toBe(0);
  expect(heard.steadySeconds).toBeGreaterThan(600);
});

/** A script of ours for the browser; its worklet is that of the built page. */
async function bundled(entry: string): Promise<string> {
  const built = readdirSync(new URL("../dist/assets", import.meta.url)).find((name) => /^worklet-.*\.js$/.test(name));
  const worklet: Plugin = {
    name: "worklet",
    setup(builds) {
      builds.onResolve({ filter: /\?worker&url$/ }, ({ path }) => ({ path, namespace: "worklet" }));
      builds.onLoad({ filter: /.*/, namespace: "worklet" }, () => ({ contents: `export default "/assets/${built}"` }));
    },
  };
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(entry, import.meta.url))],
    bundle: true,
    write: false,
    format: "esm",
    target: "es2022",
    plugins: [worklet],
  });
  return outputFiles[0]?.text ?? "";
}
