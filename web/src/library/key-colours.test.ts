import { readFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

import { camelotCode } from "../music/pitch";
import { WHEEL } from "../music/wheel";

const TOKENS = readFileSync(join(process.cwd(), "src/styles/tokens.css"), "utf8");
const [DARK = "", LIGHT = ""] = TOKENS.split(':root[data-theme="light"]');

test.each([
  ["dark", DARK],
  ["light", LIGHT],
])("every key can be read on its colour in the %s theme (WCAG AA)", (_, tokens) => {
  for (const key of WHEEL) {
    const [one, other] = [luminance(tokens, "on-key"), luminance(tokens, `key-${camelotCode(key).toLowerCase()}`)];
    expect((Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05)).toBeGreaterThan(4.5);
  }
});

function luminance(tokens: string, name: string): number {
  const value = new RegExp(`--${name}: #([0-9a-f]{6});`).exec(tokens)?.[1];
  if (!value) throw new Error(`There is no --${name}.`);
  const [red = 0, green = 0, blue = 0] = [0, 2, 4]
    .map((at) => parseInt(value.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
