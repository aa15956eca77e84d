import { expect, test } from "vitest";

import { isSpotifyLink, looksLikeLink } from "./links";

test.each([
  ["https://example.org/song.flac", true, false],
  ["  http://example.org/a b", false, false],
  ["spotify:track:4uLU6hMCjMI75M1A2tKUQC", true, true],
  ["https://open.spotify.com/album/x", true, true],
  ["https://spotify.link/abc", true, true],
  ["https://example.org/spotify.com/", true, false],
  ["amber river", false, false],
])("%s", (words, link, spotify) => {
  expect(looksLikeLink(words)).toBe(link);
  expect(isSpotifyLink(words)).toBe(spotify);
});
