import { cleanup, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { AccountGate } from "./AccountGate";
import { AccountMenu } from "./AccountMenu";
import { ALICE, FakeBrowser, OFFER, session } from "./fakes";
import type { Offer } from "./offer";
import { AccountContext } from "./use-account";

const THOUGHT = "Half a thought";

let browser: FakeBrowser;

beforeEach(() => (browser = new FakeBrowser()));
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

async function open(offer: Offer = OFFER) {
  const account = await browser.open({ offer: () => Promise.resolve(offer) });
  render(
    <AccountContext value={account}>
      <AccountGate>
        <AccountMenu />
        <input aria-label={THOUGHT} />
      </AccountGate>
    </AccountContext>,
  );
  return account;
}

const work = () => screen.queryByLabelText(THOUGHT);
const button = (name: string) => screen.getByRole("button", { name });

test("where nobody signs in, nothing of it shows", async () => {
  await open({ mode: "local" });
  expect(work()).not.toBeNull();
  expect(screen.queryByRole("button")).toBeNull();
});

test("an e-mail address and its password sign in; a wrong one is told", async () => {
  const offer: Offer = { mode: "supabase", issuer: "https://ref.test/auth/v1", key: "publishable" };
  const asked: { address: string; apikey: string | null; body: unknown }[] = [];
  vi.stubGlobal("fetch", (address: string, init: RequestInit) => {
    const body = JSON.parse(init.body as string) as { password: string };
    asked.push({ address, apikey: new Headers(init.headers).get("apikey"), body });
    if (body.password !== "right") return Promise.resolve(Response.json({ error_code: "invalid_credentials" }, { status: 400 }));
    const user = { id: "1", email: "alice@example.org", user_metadata: { full_name: "Alice" } };
    return Promise.resolve(Response.json({ access_token: "a", refresh_token: "r", expires_in: 3600, user }));
  });
  await open(offer);
  expect(work()).toBeNull();
  await userEvent.type(await screen.findByLabelText("E-mail address"), "alice@example.org");
  await userEvent.click(button("Sign in"));
  expect(screen.getByRole("alert").textContent).toBe("Enter your password.");
  expect(asked).toEqual([]);
  await userEvent.type(screen.getByLabelText("Password"), "wrong{Enter}");
  await waitFor(() => expect(screen.getByRole("alert").textContent).toContain("do not belong together"));
  await userEvent.clear(screen.getByLabelText("Password"));
  await userEvent.type(screen.getByLabelText("Password"), "right{Enter}");
  await waitFor(() => expect(work()).not.toBeNull());
  expect(asked.at(-1)).toEqual({
    address: "https://ref.test/auth/v1/token?grant_type=password",
    apikey: "publishable",
    body: { email: "alice@example.org", password: "right" },
  });
  expect(button("Account of Alice")).toBeTruthy();
});

test("a pasted token signs in, unless the server refuses it", async () => {
  const token = `x.${btoa(JSON.stringify({ sub: "1", email: "alice@example.org" }))}.x`;
  browser.refuses.add(token);
  await open({ mode: "token" });
  const field = await screen.findByLabelText("Token");
  await userEvent.type(field, `Bearer ${token}{Enter}`);
  await waitFor(() => expect(screen.getByRole("alert").textContent).toContain("does not accept that token"));
  browser.refuses.clear();
  await userEvent.click(button("Sign in"));
  await waitFor(() => expect(button("Account of alice@example.org")).toBeTruthy());
});

test("when a sign-in ends, what was being done stays as it is, out of reach, until it goes on", async () => {
  browser.kept = session(ALICE, "a");
  browser.refuses.add("a");
  browser.issuer = "refuses";
  const account = await open();
  await userEvent.type(screen.getByLabelText(THOUGHT), "a melody");
  await account.refused("a");
  await screen.findByText(/Your sign-in has ended/);
  expect(screen.queryByRole("textbox", { name: THOUGHT })).toBeNull();
  await userEvent.keyboard("{Escape}");
  expect(screen.getByText(/Your sign-in has ended/)).toBeTruthy();
  await account.enter(session(ALICE, "b"));
  await waitFor(() => expect(screen.queryByText(/Your sign-in has ended/)).toBeNull());
  expect(screen.getByLabelText<HTMLInputElement>(THOUGHT).value).toBe("a melody");
});

test("the menu says who is signed in, and signs out", async () => {
  browser.kept = session(ALICE, "a");
  await open();
  await userEvent.click(button("Account of Alice"));
  expect(screen.getByText("alice@example.org")).toBeTruthy();
  await userEvent.click(screen.getByRole("menuitem", { name: "Sign out" }));
  await waitFor(() => expect(browser.left).toBe(1));
  expect(work()).toBeNull();
});
