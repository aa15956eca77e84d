import { expect, test } from "vitest";

import { looksLikeLink } from "./links";

test.each([
  [" https://example.org/song.flac ", true],
  ["http://example.org/a b", false],
  ["spotify:track:4uLU6hMCjMI75M1A2tKUQC", true],
  ["amber river", false],
  ["artist:queen year:1975", false],
])("%s", (words, link) => expect(looksLikeLink(words)).toBe(link));
