import { expect, test } from "vitest";

import { carried, Fingers, type Point } from "./touch";

const WIDTH = 400;
const SECONDS = 100;
const WHOLE = { start: 0, length: SECONDS };
const p = (x: number, y = 50): Point => ({ x, y });
/** The second that is at a pixel. */
const secondAt = (view: { start: number; length: number }, x: number) => view.start + (x / WIDTH) * view.length;

test("a finger that stays where it is has tapped; one that moves, rests or is joined by another has not", () => {
  const fingers = new Fingers();
  fingers.press(1, p(100), 0);
  expect(fingers.move(1, p(105))).toBeUndefined();
  expect(fingers.lift(1, 200)).toBe(true);
  fingers.press(1, p(100), 0);
  expect(fingers.lift(1, 700)).toBe(false);
  fingers.press(1, p(100), 0);
  fingers.move(1, p(130));
  expect(fingers.lift(1, 200)).toBe(false);
  fingers.press(1, p(100), 0);
  fingers.press(2, p(200), 50);
  expect([fingers.lift(1, 100), fingers.lift(2, 110)]).toEqual([false, false]);
});

test("a finger that is lifted leaves the other to move along", () => {
  const fingers = new Fingers();
  fingers.press(1, p(100), 0);
  fingers.press(2, p(200), 0);
  expect(fingers.move(2, p(240))).toEqual({ from: [p(100), p(200)], to: [p(100), p(240)] });
  fingers.lift(1, 300);
  expect(fingers.move(2, p(250))).toEqual({ from: [p(240)], to: [p(250)] });
  expect(fingers.lift(2, 400)).toBe(false);
});

test("a third finger does nothing, nor does one that was not put down here", () => {
  const fingers = new Fingers();
  for (const id of [1, 2, 3]) fingers.press(id, p(100 * id), 0);
  expect(fingers.move(3, p(380))).toBeUndefined();
  expect(fingers.move(9, p(10))).toBeUndefined();
  expect(fingers.lift(9, 10)).toBe(false);
  expect(fingers.count).toBe(3);
});

test("one finger takes the song along, as far as there is any", () => {
  const view = { start: 40, length: 20 };
  expect(carried(view, { from: [p(100)], to: [p(180)] }, WIDTH, SECONDS)).toEqual({ start: 36, length: 20 });
  expect(carried(view, { from: [p(100)], to: [p(100, 300)] }, WIDTH, SECONDS)).toEqual(view);
  expect(carried({ start: 1, length: 20 }, { from: [p(0)], to: [p(300)] }, WIDTH, SECONDS).start).toBe(0);
  expect(carried(WHOLE, { from: [p(300)], to: [p(0)] }, WIDTH, SECONDS)).toEqual(WHOLE);
});

test("two fingers keep the seconds under them", () => {
  const closer = carried(WHOLE, { from: [p(150), p(250)], to: [p(100), p(300)] }, WIDTH, SECONDS);
  expect(closer.length).toBe(50);
  expect([secondAt(closer, 100), secondAt(closer, 300)]).toEqual([secondAt(WHOLE, 150), secondAt(WHOLE, 250)]);
  const along = carried(closer, { from: [p(100), p(300)], to: [p(140), p(340)] }, WIDTH, SECONDS);
  expect([along.length, secondAt(along, 140)]).toEqual([50, secondAt(closer, 100)]);
  expect(carried(closer, { from: [p(100), p(300)], to: [p(190), p(210)] }, WIDTH, SECONDS)).toEqual(WHOLE);
});

test("fingers above each other spread as well as those beside each other, and touching ones do not leap", () => {
  expect(carried(WHOLE, { from: [p(200, 0), p(200, 100)], to: [p(200, 0), p(200, 200)] }, WIDTH, SECONDS)).toEqual({ start: 25, length: 50 });
  expect(carried(WHOLE, { from: [p(200), p(200)], to: [p(195), p(205)] }, WIDTH, SECONDS)).toEqual(WHOLE);
});
