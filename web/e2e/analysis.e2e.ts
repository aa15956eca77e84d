import { beforeAll, expect, test } from "vitest";

import { bringIn, openPage, STUDIO } from "./browser";
import { TITLE, view } from "./views";

const { page } = await openPage();

beforeAll(async () => {
  await page.goto(STUDIO);
  await bringIn(page);
  await view("desk")(page);
  await page.getByText("BPM").first().waitFor({ timeout: 50_000 });
  await page.getByRole("link", { name: "Analysis" }).click();
  await plot("Spectrogram").waitFor();
}, 150_000);

const plot = (name: string) => page.getByRole("slider", { name, exact: true });
const read = (name: string) => plot(name).getAttribute("aria-valuetext");

test("the numbers, the key's neighbours and the shape of the sound are told", async () => {
  await page.getByRole("heading", { level: 1, name: TITLE }).waitFor();
  expect(page.url()).toMatch(/\/tracks\/[^/]+\/analysis$/);
  const numbers = await page.getByRole("region", { name: "At a glance" }).textContent();
  expect(numbers).toMatch(/Tempo[\d.]+ BPM\d+ % sure/);
  expect(numbers).toMatch(/KeyF major/);
  expect(numbers).toMatch(/−9\.\d LUFS/);
  await page.getByRole("img", { name: /^F major \(7B\) mixes well with B♭ major \(6B\), D minor \(7A\), C major \(8B\)/ }).waitFor();
  await page.getByRole("img", { name: /^Energy −\d.*Brightness \d.*Onsets/ }).waitFor();
  await page.getByText("A form needs more than a few bars.").waitFor();
});

test("pointing at one plot reads them all", async () => {
  await plot("Spectrogram").scrollIntoViewIfNeeded();
  const box = await plot("Spectrogram").boundingBox();
  if (!box) throw new Error("There is no spectrogram.");
  await page.mouse.move(box.x + box.width / 2, box.y + box.height - 4);
  await expect.poll(() => read("Spectrogram")).toMatch(/^0:05\.\d, \d+ Hz: −\d+\.\d dB$/); // the lowest bands
  expect(await read("Chroma and chords")).toMatch(/chord F · notes F/);
  expect(await read("Energy")).toMatch(/−\d+\.\d dB$/);
  expect(await read("Loudness")).toMatch(/momentary −\d+\.\d LUFS · short-term −\d+\.\d LUFS$/);
  expect(await page.getByText("0:05").first().isVisible()).toBe(true);
  await page.mouse.move(4, 4);
  await expect.poll(() => read("Energy")).toMatch(/^0:05\.\d$/);
});

test("the keyboard moves the same cursor, and looks closer", async () => {
  await plot("Energy").focus();
  await page.keyboard.press("Home");
  await expect.poll(() => read("Energy")).toMatch(/^0:00\.0, /);
  await page.keyboard.press("ArrowRight");
  await expect.poll(() => read("Loudness")).toMatch(/^0:00\.1, /);
  const overview = page.getByRole("slider", { name: "What is in sight" });
  expect(await overview.count()).toBe(0);
  await page.keyboard.press("+");
  await page.keyboard.press("+");
  await overview.waitFor();
  expect(await overview.getAttribute("aria-valuetext")).toMatch(/^0:00\.0 – 0:02\.\d$/);
  await page.keyboard.press("End");
  await expect.poll(() => overview.getAttribute("aria-valuetext")).toMatch(/ – 0:1\d\.\d$/); // it follows
  await page.keyboard.press("0");
  await expect.poll(() => overview.count()).toBe(0);
});

test("pictures are drawn, and anew for the other theme", async () => {
  const colours = () =>
    plot("Spectrogram")
      .locator("canvas")
      .evaluate((canvas: HTMLCanvasElement) => {
        const pixels = canvas.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
        const seen = new Set<number>();
        let light = 0;
        for (let at = 0; at < pixels.length; at += 4) {
          const [red = 0, green = 0, blue = 0] = pixels.slice(at, at + 3);
          seen.add((red << 16) | (green << 8) | blue);
          light += (red + green + blue) / 3;
        }
        return { shades: seen.size, light: light / (pixels.length / 4) };
      });
  const light = await colours();
  expect(light.shades).toBeGreaterThan(100);
  await page.getByRole("button", { name: "Dark theme" }).click();
  await expect.poll(async () => (await colours()).light).toBeLessThan(light.light - 20);
});

test("every plot and number says what it means", async () => {
  await page.getByRole("button", { name: "About Loudness" }).last().click();
  await page.getByRole("dialog", { name: "Loudness" }).getByText(/EBU R 128/).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "About Key", exact: true }).scrollIntoViewIfNeeded();
  await page.mouse.move(640, 400, { steps: 4 }); // as hands do: a leap from one thing to another still belongs to the first
  await page.getByRole("button", { name: "About Key", exact: true }).hover();
  await page.getByRole("tooltip", { name: /Camelot wheel.*Measured on/ }).waitFor();
});

test("one stem is measured by itself, and its analysis shows beside that of the song", async () => {
  await page.getByRole("button", { name: "Analyse again" }).click();
  await page.getByRole("menuitem", { name: "Accompaniment alone" }).click();
  const choice = page.getByRole("combobox", { name: "What it was measured on" });
  await choice.waitFor({ timeout: 40_000 });
  const whole = await page.getByRole("region", { name: "At a glance" }).textContent();
  await choice.click();
  await page.getByRole("option", { name: "Accompaniment alone" }).click();
  await expect.poll(() => page.getByRole("region", { name: "At a glance" }).textContent()).not.toBe(whole);
  await plot("Energy").waitFor();
});

test("an address of an analysis leads there", async () => {
  await page.reload();
  await plot("Energy").waitFor();
  await page.getByRole("link", { name: "Back to the song" }).click();
  await page.getByRole("link", { name: "Analysis" }).waitFor();
});
