import { beforeAll, expect, test } from "vitest";

import { CHUNK_FRAMES, chunkCount } from "./chunks";
import { Click, type ClickSettings, countInTo, type GridBeat } from "./click";
import { Player, type Stretchers } from "./player";
import { Stretcher, type Stereo } from "./stretcher";

const RATE = 48_000;
const BLOCK = 128;
const FRAMES = 4 * CHUNK_FRAMES;
/** Where no block, no piece and no whole number of milliseconds begins. */
const FIRST = 10_007;
const PERIOD = 12_345;

let stretchers: Stretchers;

beforeAll(async () => {
  (globalThis as { sampleRate?: number }).sampleRate = RATE;
  stretchers = { tonal: await Stretcher.load(RATE), percussive: await Stretcher.load(RATE) };
});

const grid: GridBeat[] = Array.from({ length: 18 }, (_, i) => ({ frame: FIRST + i * PERIOD, position: (i % 4) + 1 }));

/** A player of one stem whose samples are given by a function of the sample frame, with the grid above. */
function playing(sample: (frame: number) => number, settings: Partial<ClickSettings> = {}): Player {
  const player = new Player([{ frames: FRAMES, percussive: false }], stretchers, new Click(RATE));
  for (let index = 0; index < chunkCount(FRAMES); index++) {
    const samples = Float32Array.from({ length: CHUNK_FRAMES }, (_, i) => sample(index * CHUNK_FRAMES + i));
    player.mixer.put(0, index, [samples, samples.slice()]);
  }
  player.setGrid(grid);
  player.setClick({ audible: true, volume: 1, countIn: false, ...settings });
  return player;
}

function rendered(player: Player, frames: number): Float32Array {
  const stereo: Stereo = [new Float32Array(frames), new Float32Array(frames)];
  for (let at = 0; at + BLOCK <= frames; at += BLOCK) player.render([stereo[0].subarray(at, at + BLOCK), stereo[1].subarray(at, at + BLOCK)]);
  expect(stereo[1]).toEqual(stereo[0]);
  return stereo[0];
}

/** The sound of one click, alone. */
function tick(position: number): Float32Array {
  const click = new Click(RATE);
  click.strike([{ frame: 0, position }], 0, 1, () => 0);
  const stereo: Stereo = [new Float32Array(2400), new Float32Array(2400)];
  click.render(stereo);
  return stereo[0];
}

/** Where clicks begin: after silence. Their own first sample is zero. */
function onsets(samples: Float32Array): number[] {
  const found: number[] = [];
  let silent = BLOCK;
  samples.forEach((sample, i) => {
    if (sample !== 0 && silent >= BLOCK) found.push(i - 1);
    silent = sample === 0 ? silent + 1 : 0;
  });
  return found;
}

const silence = () => 0;

test("each click begins at the sample of its beat, and a downbeat sounds higher", () => {
  const player = playing(silence);
  player.play();
  const heard = rendered(player, 1000 * BLOCK);
  expect(onsets(heard)).toEqual(grid.map(({ frame }) => frame).filter((frame) => frame < 1000 * BLOCK));
  grid.slice(0, 8).forEach(({ frame, position }) => expect(heard.slice(frame, frame + 2400)).toEqual(tick(position)));
  expect(tick(1)).not.toEqual(tick(2));
});

test("it sounds with the song, at its own volume, or not at all", () => {
  const player = playing(() => 0.25, { volume: 0.5 });
  player.play();
  const heard = rendered(player, 100 * BLOCK);
  const expected = tick(1);
  for (let i = 0; i < 2400; i++) expect(heard[FIRST + i]).toBeCloseTo(0.25 + 0.5 * (expected[i] ?? 0), 6);
  player.setClick({ audible: false, volume: 1, countIn: false });
  player.seek(0);
  expect(new Set(rendered(player, 100 * BLOCK).subarray(2 * BLOCK)).size).toBe(1);
});

test("a loop brings its beats again, each lap to the sample", () => {
  const player = playing(silence);
  const loop = { start: FIRST + PERIOD, end: FIRST + 3 * PERIOD };
  player.setLoop(loop);
  player.seek(loop.start);
  player.play();
  expect(onsets(rendered(player, 700 * BLOCK))).toEqual(Array.from({ length: 8 }, (_, i) => i * PERIOD));
});

test.each([0.5, 0.8, 1.5])("at %f of the tempo the clicks come with the beats, and are as high and as long as ever", (rate) => {
  const player = playing(silence);
  player.setShift({ rate, semitones: 5 });
  player.play();
  const heard = rendered(player, Math.floor((9 * PERIOD) / rate / BLOCK) * BLOCK);
  const found = onsets(heard);
  expect(found.length).toBeGreaterThan(7);
  found.forEach((onset, i) => {
    expect(Math.abs(onset - (FIRST + i * PERIOD) / rate)).toBeLessThanOrEqual(1);
    if (onset + 2400 <= heard.length) expect(heard.slice(onset, onset + 2400)).toEqual(tick((i % 4) + 1));
  });
});

test("in a loop at half the tempo no beat is lost or doubled", () => {
  const player = playing(silence);
  player.setLoop({ start: FIRST, end: FIRST + 4 * PERIOD });
  player.setShift({ rate: 0.5, semitones: 0 });
  player.seek(FIRST);
  player.play();
  const found = onsets(rendered(player, 3200 * BLOCK));
  expect(found.length).toBeGreaterThan(14);
  for (let i = 1; i < found.length; i++) expect(Math.abs((found[i] ?? 0) - (found[i - 1] ?? 0) - 2 * PERIOD)).toBeLessThanOrEqual(2);
});

test("while the tempo is moved, every beat is heard once", () => {
  const player = playing(silence);
  player.setShift({ rate: 0.9, semitones: 0 });
  player.play();
  const heard: number[] = [];
  for (let step = 0; step < 200; step++) {
    player.setShift({ rate: 0.9 + 0.2 * Math.abs(Math.sin(step / 9)), semitones: 0 });
    heard.push(...rendered(player, 6 * BLOCK));
  }
  const beats = grid.filter(({ frame }) => frame < player.frame);
  expect(onsets(Float32Array.from(heard))).toHaveLength(beats.length);
});

test("a bar is counted, and the song begins where it was left, in time", () => {
  const named = (frame: number) => ((frame * 7919) % 65_521) / 131_072 + 0.1;
  const player = playing(named, { audible: false, countIn: true });
  const start = FIRST + 4 * PERIOD; // a downbeat
  player.seek(start);
  player.play();
  const before = rendered(player, 2 * PERIOD - ((2 * PERIOD) % BLOCK));
  expect(onsets(before)).toEqual([0, PERIOD]);
  expect(before.slice(0, 2400)).toEqual(tick(1));
  expect(player.report()).toMatchObject({ playing: true, frame: start, count: 2 });
  const after = rendered(player, 300 * BLOCK);
  const begins = 4 * PERIOD - before.length;
  for (let i = 2 * BLOCK; i < 50 * BLOCK; i++) expect(after[begins + i]).toBe(Math.fround(named(start + i)));
  expect(player.report().count).toBe(0);
});

test("a count-in that is stopped is silent at once, and where it stood", () => {
  const player = playing(silence, { countIn: true });
  player.seek(FIRST);
  player.play();
  rendered(player, BLOCK);
  player.pause();
  expect(onsets(rendered(player, 500 * BLOCK))).toEqual([]);
  expect(player.report()).toMatchObject({ playing: false, frame: FIRST, count: 0 });
});

test("a count-in leads into the next beat, wherever in the bar, and before the first one too", () => {
  const middle = countInTo(grid, FIRST + 5.5 * PERIOD, RATE);
  expect(middle?.beats.map(({ frame }) => (frame - FIRST) / PERIOD)).toEqual([2, 3, 4, 5]);
  expect(middle?.beats.map(({ position }) => position)).toEqual([3, 4, 1, 2]);
  const early = countInTo(grid, 0, RATE);
  expect(early?.beats.at(-1)?.frame).toBe(FIRST - PERIOD);
  expect(early?.beats.map(({ position }) => position)).toEqual([1, 2, 3, 4]);
  expect(countInTo([], 0, RATE)).toBeUndefined();
  expect(countInTo(grid, FRAMES, RATE)).toBeUndefined();
});
