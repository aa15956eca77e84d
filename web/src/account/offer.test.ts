import { expect, test } from "vitest";

import { offerOf } from "./offer";
import { claimsOf, personOf } from "./session";

test("what a mesh offers is read, and refused where something is missing", () => {
  expect(offerOf({ mode: "local" })).toEqual({ mode: "local" });
  expect(offerOf({ mode: "oidc", issuer: "https://id.test", client_id: "c", scope: "openid" })).toEqual({
    mode: "oidc",
    issuer: "https://id.test",
    clientId: "c",
    scope: "openid",
  });
  expect(() => offerOf({ mode: "supabase", issuer: "https://id.test" })).toThrow("without key");
  expect(() => offerOf({ mode: "smoke signals" })).toThrow("smoke signals");
});

test("people are called as their issuer calls them", () => {
  expect(personOf({ sub: "1", name: "Alice", email: "a@b" })).toEqual({ id: "1", name: "Alice", email: "a@b" });
  expect(personOf({ id: "1", email: "a@b", user_metadata: { full_name: "Alice" } }).name).toBe("Alice");
  expect(personOf({ sub: "1", email: "a@b" }).name).toBe("a@b");
  expect(personOf({ sub: "1" })).toEqual({ id: "1", name: "1", email: "" });
});

test("the claims of a token are read as UTF-8, those of something else are none", () => {
  const bytes = new TextEncoder().encode(JSON.stringify({ name: "Zoë" }));
  const part = btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  expect(claimsOf(`x.${part}.x`)).toEqual({ name: "Zoë" });
  expect(claimsOf("opaque")).toEqual({});
});
