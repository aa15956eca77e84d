import { beforeAll, expect, test } from "vitest";

import { bringIn, loudness, openPage, STUDIO } from "./browser";
import { view } from "./views";

const { page } = await openPage();
/** Of the song, in seconds. */
let beats: number[];

beforeAll(async () => {
  await page.goto(STUDIO);
  await bringIn(page);
  await page.getByRole("cell", { name: /^\d+\.\d$/ }).waitFor({ timeout: 60_000 }); // its tempo is known
  await page.getByRole("button", { name: "Clear the list" }).click();
  await view("desk")(page);
  await page.getByText(/^\d+\.\d BPM$/).waitFor();
  const answer = await page.request.get(`${STUDIO}/v1${new URL(page.url()).pathname}/analyses/current/results`);
  const { results } = (await answer.json()) as { results: { rhythm: { beats: { time: number }[] } } };
  beats = results.rhythm.beats.map(({ time }) => time);
}, 150_000);

const slider = (name: string) => page.getByRole("slider", { name });
const button = (name: string) => page.getByRole("button", { name, exact: true });
/** The names of the chords from left to right. */
const chords = () => page.getByRole("group", { name: "Chords" }).locator("span[title]").evaluateAll((all) => all.map((chord) => chord.getAttribute("title")));
const tempo = () => page.getByText(/^\d+\.\d BPM$/).textContent();

test("a loop is drawn to the beats, and walks along them", async () => {
  const ruler = await slider("Position").boundingBox();
  if (!ruler) throw new Error("There is no ruler.");
  const y = ruler.y + ruler.height / 2;
  await page.mouse.move(ruler.x + ruler.width * 0.33, y);
  await page.mouse.down();
  await page.mouse.move(ruler.x + ruler.width * 0.71, y, { steps: 8 });
  await page.mouse.up();
  const end = async (name: string) => seconds(await slider(name).getAttribute("aria-valuetext"));
  const [from, to] = [await end("Start of the loop"), await end("End of the loop")];
  expect([nearest(from), nearest(to)].every((off) => off < 0.1)).toBe(true); // tenths are told
  const beat = beats.findIndex((time) => Math.abs(time - from) < 0.1);
  await slider("Start of the loop").press("ArrowRight");
  expect(Math.abs((await end("Start of the loop")) - (beats[beat + 1] ?? 0))).toBeLessThan(0.1);
  await button("Loop off (L)").click();
});

test("pitch is changed while it plays, and the names of key and chords follow", async () => {
  const before = await chords();
  expect(before).toEqual(expect.arrayContaining(["B♭", "F"]));
  await page.getByText("F · 7B").waitFor();
  await page.getByRole("button", { name: /^Play/ }).click();
  await slider("Pitch").press("ArrowRight");
  await slider("Pitch").press("ArrowRight");
  expect(await slider("Pitch").getAttribute("aria-valuetext")).toBe("+2 st");
  await page.getByText("G · 9B").waitFor();
  const after = await chords();
  expect(after).toHaveLength(before.length);
  before.forEach((name, index) => {
    if (name === "B♭") expect(after[index]).toBe("C");
    if (name === "F") expect(after[index]).toBe("G");
  });
  await page.waitForTimeout(1000);
  expect(await loudness(page)).toBeGreaterThan(0.01);
  await page.getByRole("button", { name: /^Pause/ }).click();
});

test("a corrected grid is still there after a reload, and the measured one comes back", async () => {
  const measured = await tempo();
  const doubled = (2 * parseFloat(measured ?? "")).toFixed(0);
  await button("Correct tempo, beats and key").click();
  await button("Double").click();
  await expect.poll(async () => parseFloat((await tempo()) ?? "").toFixed(0)).toBe(doubled);
  await button("10 ms later").click();
  await page.keyboard.press("Escape");
  await page.reload();
  await expect.poll(async () => parseFloat((await tempo()) ?? "").toFixed(0)).toBe(doubled);
  await button("Correct tempo, beats and key").click();
  await button("As measured").click();
  await expect.poll(tempo).toBe(measured);
});

/** How far a second is from the beat next to it. */
function nearest(second: number): number {
  return Math.min(...beats.map((time) => Math.abs(time - second)));
}

/** "1:02.5" in seconds. */
function seconds(words: string | null): number {
  const [minutes, rest] = (words ?? "").split(":").map(Number);
  return (minutes ?? NaN) * 60 + (rest ?? NaN);
}
