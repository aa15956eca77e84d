import type { Locator, Page } from "playwright-core";
import { describe, expect, test } from "vitest";

import { violations } from "./axe";
import { bringIn, ISSUER, openPage, REALTIME_PID, STUDIO } from "./browser";
import { looking, THEMES } from "./looks";

const { browser, page } = await openPage();
const addresses: string[] = [];
page.on("request", (request) => addresses.push(request.url()));

const SIGN_IN = { name: "Sign in" };
const signIn = async (tab: Page, name: string) => {
  await tab.getByRole("button", SIGN_IN).click();
  await tab.getByLabel("Name").fill(name);
  await tab.getByRole("button", { name: "Continue" }).click();
};
const heading = (tab: Page, name: string) => tab.getByRole("heading", { name, exact: true });
const song = (tab: Page) => tab.getByRole("table").getByRole("link", { name: /Slow Motion/ });
const asked = async (what: string) => {
  const counts = (await (await fetch(`${ISSUER}/asked`)).json()) as Partial<Record<string, number>>;
  return counts[what] ?? 0;
};
/** Changes what the browser keeps of the sign-in, as another tab would. */
const spoil = (tab: Page, changes: Record<string, string>) =>
  tab.evaluate((changes) => {
    const kept = JSON.parse(localStorage.getItem("studio.session") ?? "") as Record<string, unknown>;
    localStorage.setItem("studio.session", JSON.stringify({ ...kept, ...changes }));
  }, changes);
/**
 * Takes a sign-in back in the instant in which something is pressed. Between the two a page would ask by itself for its next
 * token, as it does every few seconds, find out, and be covered by the question before the press.
 */
const takeBackAtAPress = (button: Locator) =>
  button.evaluate((pressed: HTMLElement) =>
    // With the lock, because a renewal under way would write over it.
    navigator.locks.request("studio.session", () => {
      const kept = JSON.parse(localStorage.getItem("studio.session") ?? "") as Record<string, unknown>;
      const taken = { ...kept, accessToken: "no.such.token", refreshToken: "taken back" };
      localStorage.setItem("studio.session", JSON.stringify(taken));
      window.dispatchEvent(new StorageEvent("storage", { key: "studio.session" })); // as if another tab had written it
      pressed.click();
    }),
  );

test("whoever is not signed in sees the way in, and nothing else", async () => {
  await page.goto(`${STUDIO}/jobs`);
  await heading(page, "Sign in").waitFor();
  expect(await page.getByRole("navigation").count()).toBe(0);
  expect(addresses.filter((address) => address.includes("/alchemy."))).toEqual([]);
});

test("the issuer's page leads back to where somebody was", async () => {
  await signIn(page, "alice");
  await heading(page, "Jobs").waitFor();
  expect(page.url()).toBe(`${STUDIO}/jobs`);
  await page.getByRole("button", { name: "Account of Alice" }).click();
  expect(await page.getByText("alice@example.org").isVisible()).toBe(true);
  await page.keyboard.press("Escape");
});

test("changes keep arriving when a token has ended", async () => {
  const streams: string[] = [];
  page.on("request", (request) => {
    if (request.url().endsWith("/Subscribe")) streams.push(request.headers()["authorization"] ?? "");
  });
  await page.goto(STUDIO);
  await page.getByText("Bring in your first song").waitFor();
  await expect.poll(() => streams.length).toBe(1);
  await page.waitForTimeout(8_500); // so long a token lasts
  process.kill(REALTIME_PID, "SIGKILL"); // the stream that was begun with it
  await bringIn(page);
  expect(await asked("refresh_token")).toBeGreaterThan(0);
  expect(streams.at(-1)).toMatch(/^Bearer ey/);
  expect(streams.at(-1)).not.toBe(streams[0]);
  await page.getByRole("button", { name: "Clear the list" }).click();
});

test("a token that the server refuses is renewed once, and nobody notices", async () => {
  const before = await asked("refresh_token");
  await spoil(page, { accessToken: "no.such.token" });
  await page.reload();
  await song(page).waitFor();
  expect(await asked("refresh_token")).toBe(before + 1);
});

test("a sign-in that was taken back is asked for again, and everything goes on where it was", async () => {
  await song(page).click();
  await page.getByRole("button", { name: /^Play/ }).waitFor();
  const place = page.url();
  await page.getByRole("slider", { name: "Volume of Vocals" }).press("PageDown");
  const other = await page.context().newPage();
  await other.goto(`${STUDIO}/jobs`);
  await heading(other, "Jobs").waitFor();
  await takeBackAtAPress(page.getByRole("button", { name: "Separate again" }));
  for (const tab of [page, other]) await tab.getByText("Your sign-in has ended").waitFor();
  expect(await page.getByRole("button", { name: /^Play/ }).count()).toBe(0); // out of reach meanwhile
  await signIn(other, "alice");
  await heading(other, "Jobs").waitFor();
  await page.getByText("Your sign-in has ended").waitFor({ state: "detached" });
  expect(page.url()).toBe(place);
  // What was asked for has waited, and is done now.
  await expect.poll(() => other.getByRole("listitem").filter({ hasText: "Slow Motion" }).count(), { timeout: 20_000 }).toBeGreaterThan(1);
  await page.bringToFront();
});

test("signing out signs out everywhere, and the next person finds nothing of the one before", async () => {
  const [, other] = page.context().pages();
  if (!other) throw new Error("There is no second tab.");
  const track = new URL(page.url()).pathname;
  await page.getByRole("button", { name: "Account of Alice" }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  for (const tab of [page, other]) await heading(tab, "Sign in").waitFor();
  expect(await asked("revoke")).toBe(1);
  expect(await asked("end_session")).toBe(1);
  await signIn(page, "bob");
  await page.getByText("Bring in your first song").waitFor();
  await heading(other, "Library").waitFor(); // signed in along with it
  await other.goto(STUDIO + track);
  await other.getByText("This song is not in the library").waitFor();
});

describe.each(THEMES)("what somebody sees who is not signed in has nothing that axe finds, %s", (theme) => {
  test.each(["desktop", "phone"] as const)("the issuer's, %s", async (size) => {
    await looking(browser, theme, size, async (tab) => {
      await tab.goto(STUDIO);
      await heading(tab, "Sign in").waitFor();
      expect(await violations(tab)).toEqual([]);
    });
  });

  // Other meshes ask otherwise; the forms are the same page's.
  test.each([
    [{ mode: "supabase", issuer: ISSUER, key: "public" }, "Password"],
    [{ mode: "token" }, "Token"],
  ])("a form, and what it says when it is empty: %j", async (offer, field) => {
    await looking(browser, theme, "desktop", async (tab) => {
      await tab.route("**/auth/config", (route) => route.fulfill({ json: offer }));
      await tab.goto(STUDIO);
      await tab.getByLabel(field).waitFor();
      expect(await violations(tab)).toEqual([]);
      await tab.getByRole("button", SIGN_IN).click();
      await tab.getByRole("alert").waitFor();
      expect(await violations(tab)).toEqual([]);
    });
  });

  test("the way back in when a sign-in has ended", async () => {
    await looking(browser, theme, "desktop", async (tab) => {
      await tab.goto(`${STUDIO}/jobs`);
      await signIn(tab, "alice");
      await heading(tab, "Jobs").waitFor();
      await spoil(tab, { accessToken: "no.such.token", refreshToken: "taken back" });
      await tab.reload();
      await tab.getByText("Your sign-in has ended").waitFor();
      expect(await violations(tab)).toEqual([]);
    });
  });
});

test("no token was ever in an address", () => {
  expect(addresses.filter((address) => /eyJ|token=/.test(address))).toEqual([]);
});
