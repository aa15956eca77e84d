import { Code, ConnectError } from "@connectrpc/connect";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { failureOf } from "../api/failure";
import { authorized } from "./authorized";
import { SignInFailed } from "./failure";
import { ALICE, BOB, FakeBrowser, session } from "./fakes";
import { ended } from "./session";

let browser: FakeBrowser;

beforeEach(() => {
  vi.useFakeTimers();
  browser = new FakeBrowser();
});
afterEach(() => vi.useRealTimers());

test("where nobody signs in, calls carry no token", async () => {
  const account = await browser.open({ offer: () => Promise.resolve({ mode: "local" }) });
  expect(account.state().kind).toBe("open");
  expect(await account.token()).toBeUndefined();
});

test("a server that does not say how to sign in is asked until it does", async () => {
  let asked = 0;
  const opening = browser.open({
    offer: () => (++asked < 3 ? Promise.reject(new Error("no answer")) : Promise.resolve({ mode: "local" })),
  });
  await vi.advanceTimersByTimeAsync(2_000);
  expect(asked).toBe(2);
  await vi.advanceTimersByTimeAsync(2_000);
  expect((await opening).state().kind).toBe("open");
});

test("a call waits for the sign-in, unless it is given up", async () => {
  const account = await browser.open();
  expect(account.state()).toMatchObject({ kind: "signedOut", why: "" });
  const patient = account.token();
  const leaving = new AbortController();
  const impatient = account.token(leaving.signal);
  leaving.abort(new Error("gone elsewhere"));
  await expect(impatient).rejects.toThrow("gone elsewhere");
  await account.enter(session(ALICE, "a"));
  expect(await patient).toBe("a");
  expect(account.state()).toMatchObject({ kind: "signedIn", person: ALICE });
});

test("a token is renewed a minute before its end, once for all calls of all tabs", async () => {
  browser.kept = session(ALICE, "a", 600);
  const [one, other] = [await browser.open(), await browser.open()];
  await vi.advanceTimersByTimeAsync(539_000);
  expect(await one.token()).toBe("a");
  await vi.advanceTimersByTimeAsync(2_000);
  expect(await Promise.all([one.token(), one.token(), other.token()])).toEqual(["a+", "a+", "a+"]);
  expect(browser.renewed).toEqual(["a"]);
});

test("an issuer that is silent costs nothing while the token holds, and is named when it has ended", async () => {
  browser.kept = session(ALICE, "a", 600);
  browser.issuer = "silent";
  const account = await browser.open();
  await vi.advanceTimersByTimeAsync(545_000);
  expect(await account.token()).toBe("a");
  expect(await account.token()).toBe("a");
  expect(browser.renewed).toHaveLength(1); // it is not asked at every call
  await vi.advanceTimersByTimeAsync(60_000);
  const failure: unknown = await account.token().catch((cause: unknown) => cause);
  expect(ConnectError.from(failure).code).toBe(Code.Unavailable);
  expect(failureOf(failure).words).toContain("could not be renewed");
  browser.issuer = "renews";
  expect(await account.token()).toBe("a+");
});

const call = (account: Awaited<ReturnType<FakeBrowser["open"]>>) =>
  authorized(account, undefined, (token) => Promise.resolve({ status: browser.refuses.has(token ?? "") ? 401 : 200, token }));

test("a refused token is renewed once, and the call made again", async () => {
  browser.kept = session(ALICE, "a");
  browser.refuses.add("a");
  const account = await browser.open();
  expect(await Promise.all([call(account), call(account)])).toEqual([
    { status: 200, token: "a+" },
    { status: 200, token: "a+" },
  ]);
  expect(browser.renewed).toEqual(["a"]);
});

test("if the renewed one is refused too, the sign-in has ended; the call waits, and goes on after the next", async () => {
  browser.kept = session(ALICE, "a");
  for (const token of ["a", "a+"]) browser.refuses.add(token);
  const account = await browser.open();
  const calling = call(account);
  await vi.advanceTimersByTimeAsync(0);
  expect(account.state()).toMatchObject({ kind: "ended", person: ALICE });
  expect(browser.kept).toMatchObject({ accessToken: "", refreshToken: "" });
  expect(browser.renewed).toEqual(["a"]);
  await account.enter(session(ALICE, "b"));
  expect(await calling).toEqual({ status: 200, token: "b" });
  expect(browser.left).toBe(0);
});

test("a session that the issuer has taken back ends in every tab, and goes on in every tab", async () => {
  browser.kept = session(ALICE, "a", 60);
  browser.issuer = "refuses";
  const [one, other] = [await browser.open(), await browser.open()];
  await vi.advanceTimersByTimeAsync(60_000);
  const waiting = one.token();
  await vi.advanceTimersByTimeAsync(0);
  expect([one.state().kind, other.state().kind]).toEqual(["ended", "ended"]);
  await other.enter(session(ALICE, "b"));
  expect(await waiting).toBe("b");
  expect(one.state().kind).toBe("signedIn");
});

test("a page that shows one person's things is loaded anew for another", async () => {
  browser.kept = session(ALICE, "a");
  const [one] = [await browser.open(), await browser.open()];
  await one.enter(session(BOB, "b"));
  expect(browser.left).toBe(2);
  expect(one.state().kind).toBe("asking"); // nothing of Alice's shows meanwhile
});

test("signing out in one tab signs out all, and the issuer is told", async () => {
  browser.kept = session(ALICE, "a");
  const [one, other] = [await browser.open(), await browser.open()];
  await one.signOut();
  expect(browser.kept).toBeUndefined();
  expect(browser.ended).toEqual(["a"]);
  expect(browser.left).toBe(2);
  expect(other.state().kind).toBe("asking");
});

test("signing out does not need the issuer", async () => {
  browser.kept = session(ALICE, "a");
  const account = await browser.open({ issuerOf: () => Promise.reject(new Error("no network")) });
  await account.signOut();
  expect(browser.kept).toBeUndefined();
  expect(browser.left).toBe(1);
});

test("a token that the mesh does not take signs nobody in", async () => {
  browser.refuses.add("a");
  const account = await browser.open();
  await expect(account.enter(session(ALICE, "a"))).rejects.toThrow(SignInFailed);
  expect(browser.kept).toBeUndefined();
  expect(account.state().kind).toBe("signedOut");
});

test("what comes back from the issuer's page signs in, or says why not", async () => {
  const back = await browser.open({ arrival: () => Promise.resolve(session(ALICE, "a")) });
  expect(back.state()).toMatchObject({ kind: "signedIn", person: ALICE });
  browser = new FakeBrowser();
  const refused = await browser.open({ arrival: () => Promise.reject(new SignInFailed("You did not agree.")) });
  expect(refused.state()).toMatchObject({ kind: "signedOut", why: "You did not agree." });
});

test("a session of another issuer is none, and one that has ended says so", async () => {
  browser.kept = { ...session(ALICE, "a"), source: "oidc https://elsewhere.test studio" };
  expect((await browser.open()).state()).toMatchObject({ kind: "signedOut", why: "" });
  browser.kept = ended(session(ALICE, "a"));
  expect((await browser.open()).state()).toMatchObject({ kind: "signedOut", why: "Your sign-in has ended. Sign in again." });
});
