import { writeFileSync } from "node:fs";

import { afterAll, expect, test } from "vitest";

import { newPage, openBrowser, setting, STUDIO } from "./browser";

// `python -m benchmarks.studio` runs this against a mesh with ten thousand tracks, one of which is an hour long and separated.
const LONG_TRACK = setting("LONG_TRACK");
const TRACKS = Number(setting("TRACKS"));
const SCROLL_SECONDS = 6;
const PIXELS_PER_SECOND = 4000;

const figures: Record<string, unknown> = {};
const { page } = await newPage(await openBrowser());
const chromium = await page.context().newCDPSession(page);
afterAll(() => {
  writeFileSync(setting("OUT"), JSON.stringify(figures));
});

test("first load", async () => {
  await page.setExtraHTTPHeaders({ "accept-encoding": "gzip" });
  await page.goto(STUDIO);
  await page.getByRole("table").waitFor();
  figures["firstLoadScriptBytes"] = await page.evaluate(() =>
    performance
      .getEntriesByType("resource")
      .map((entry) => entry as PerformanceResourceTiming)
      .filter(({ name }) => new URL(name).pathname.endsWith(".js"))
      .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0),
  );
  await page.setExtraHTTPHeaders({});
});

test("a long list scrolls", async () => {
  const began = Date.now();
  await page.goto(STUDIO);
  await page.locator(`[aria-rowcount="${TRACKS + 1}"]`).waitFor({ timeout: 60_000 });
  figures["listSeconds"] = (Date.now() - began) / 1000;
  const scroller = await page.evaluateHandle(() => {
    const inside = document.querySelector("[role=table] [role=row][aria-rowindex='2']");
    for (let element = inside?.parentElement; element; element = element.parentElement) {
      if (element.scrollHeight > element.clientHeight + 1000) return element;
    }
    throw new Error("Nothing scrolls.");
  });
  const intervals = await scroller.evaluate(
    (element, { seconds, speed }) =>
      new Promise<number[]>((resolve) => {
        const times: number[] = [];
        const step = (now: number) => {
          times.push(now);
          const elapsed = (now - (times[0] ?? now)) / 1000;
          element.scrollTop = elapsed * speed;
          if (elapsed < seconds) requestAnimationFrame(step);
          else resolve(times.slice(1).map((time, i) => time - (times[i] ?? 0)));
        };
        requestAnimationFrame(step);
      }),
    { seconds: SCROLL_SECONDS, speed: PIXELS_PER_SECOND },
  );
  figures["scrollFrameMs"] = intervals;
  expect(await page.getByRole("row").count()).toBeLessThan(100);
  figures["listHeapBytes"] = await heap();
});

test("an hour opens, plays, and is gone about in", async () => {
  await page.goto("about:blank");
  await page.goto(`${STUDIO}/${LONG_TRACK}`);
  const { drawn, arrived } = await page.evaluate(
    () =>
      new Promise<{ drawn: number; arrived: number }>((resolve) => {
        const look = () => {
          const lanes = [...document.querySelectorAll<HTMLCanvasElement>("canvas")].filter(({ width }) => width > 200);
          if (lanes.length > 1 && lanes.every(hasShape)) {
            const outlines = performance
              .getEntriesByType("resource")
              .filter(({ name }) => name.includes("/media/"))
              .map((entry) => (entry as PerformanceResourceTiming).responseEnd);
            resolve({ drawn: performance.now(), arrived: Math.max(...outlines) });
          } else requestAnimationFrame(look);
        };
        // More than the line that is there where nothing is known.
        const hasShape = (canvas: HTMLCanvasElement) => {
          const data = canvas.getContext("2d")?.getImageData(Math.round(canvas.width / 2), 0, 1, canvas.height).data ?? [];
          let rows = 0;
          for (let i = 3; i < data.length; i += 4) if (data[i]) rows += 1;
          return rows > canvas.height / 10;
        };
        requestAnimationFrame(look);
      }),
  );
  figures["openMs"] = drawn;
  figures["outlinesArrivedMs"] = arrived;
  const play = page.getByRole("button", { name: /^Play/ });
  await expect.poll(() => play.isEnabled(), { timeout: 30_000 }).toBe(true);
  const heaps = [await heap()];
  await play.click();
  for (let look = 0; look < 5; look++) {
    await page.waitForTimeout(2000);
    heaps.push(await heap());
  }
  const ruler = await page.getByRole("slider", { name: "Position" }).boundingBox();
  if (!ruler) throw new Error("There is no ruler.");
  for (let seek = 1; seek <= 20; seek++) {
    await page.mouse.click(ruler.x + (ruler.width * ((seek * 37) % 100)) / 100, ruler.y + ruler.height / 2);
    await page.waitForTimeout(500);
    if (seek % 5 === 0) heaps.push(await heap());
  }
  figures["hourHeapBytes"] = heaps;
});

/** What the page holds: its objects, and the buffers behind them. */
async function heap(): Promise<number> {
  const usage = (await chromium.send("Runtime.getHeapUsage")) as { usedSize: number; backingStorageSize?: number; embedderHeapUsedSize?: number };
  return usage.usedSize + (usage.backingStorageSize ?? 0) + (usage.embedderHeapUsedSize ?? 0);
}
