import { expect, test } from "vitest";

import { libraryPath, type LibraryQuery, libraryQueryFrom, noteLibrary, queryOfLibrary, WHOLE_LIBRARY } from "./query";
import { FILTERS, SORT_COLUMNS } from "./rows";

const F_MINOR = { tonic: 5, minor: true };

test.each<[string, Partial<LibraryQuery>]>([
  ["", {}],
  ["q=a+%26+b+%3D+%C3%A7%3F", { words: "a & b = ç?" }],
  ["bpm=120-128&octaves=yes", { music: { ...WHOLE_LIBRARY.music, slowest: 120, fastest: 128, octaves: true } }],
  ["bpm=92.5-", { music: { ...WHOLE_LIBRARY.music, slowest: 92.5 } }],
  ["bpm=-90", { music: { ...WHOLE_LIBRARY.music, fastest: 90 } }],
  ["key=4A", { music: { ...WHOLE_LIBRARY.music, key: F_MINOR } }],
  ["key=4A&mixing=no", { music: { ...WHOLE_LIBRARY.music, key: F_MINOR, mixing: false } }],
  ["q=blue&state=separated&sort=-bpm", { words: "blue", filter: "separated", sort: { column: "bpm", descending: true } }],
])("the address %j says what shows, and the other way round", (address, said) => {
  const query = { ...WHOLE_LIBRARY, ...said };
  expect(libraryQueryFrom(address)).toEqual(query);
  expect(queryOfLibrary(query)).toBe(address);
});

test("every filter and every order survives its way through an address", () => {
  const queries = FILTERS.flatMap((filter) =>
    SORT_COLUMNS.flatMap((column) => [true, false].map((descending) => ({ ...WHOLE_LIBRARY, filter, sort: { column, descending } }))),
  );
  for (const query of queries) expect(libraryQueryFrom(queryOfLibrary(query))).toEqual(query);
});

test.each(["state=lost", "bpm=fast", "bpm=0-0", "bpm=120", "key=13A", "sort=mood", "page=7"])("what nobody knows is not asked for: %s", (address) => {
  expect(libraryQueryFrom(address)).toEqual(WHOLE_LIBRARY);
});

test("the way back leads to the library as it was looked at", () => {
  noteLibrary("q=blue");
  expect(libraryPath()).toBe("/?q=blue");
  noteLibrary("");
  expect(libraryPath()).toBe("/");
});
