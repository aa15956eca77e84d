import { expect, test } from "vitest";

import { following, moved, rulerMarks, zoomed } from "./view-window";

test("zooming keeps what is under the pointer where it is, and never shows more than there is", () => {
  const view = zoomed({ start: 0, length: 100 }, 0.5, 80, 100);
  expect(view).toEqual({ start: 40, length: 50 });
  expect(zoomed(view, 10, 80, 100)).toEqual({ start: 0, length: 100 });
  expect(zoomed(view, 1e-9, 80, 100).length).toBe(0.5);
});

test("moving ends where the song ends", () => {
  expect(moved({ start: 40, length: 50 }, 30, 100)).toEqual({ start: 50, length: 50 });
  expect(moved({ start: 40, length: 50 }, -90, 100)).toEqual({ start: 0, length: 50 });
});

test("a window turns the page when the playhead leaves it", () => {
  const view = { start: 10, length: 20 };
  expect(following(view, 29.9, 100)).toBe(view);
  expect(following(view, 30, 100)).toEqual({ start: 29, length: 20 });
  expect(following(view, 5, 100)).toEqual({ start: 4, length: 20 });
});

test("a ruler has round marks", () => {
  expect(rulerMarks({ start: 0, length: 10.9 }, 12)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(rulerMarks({ start: 61, length: 60 }, 6)).toEqual([70, 80, 90, 100, 110, 120]);
});
