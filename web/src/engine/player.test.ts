import { beforeAll, describe, expect, test } from "vitest";

import { CHUNK_FRAMES, chunkCount } from "./chunks";
import { Click } from "./click";
import { Player, type Stretchers } from "./player";
import { Stretcher, type Stereo } from "./stretcher";

const RATE = 48_000;
const BLOCK = 128;

let stretchers: Stretchers;

beforeAll(async () => {
  (globalThis as { sampleRate?: number }).sampleRate = RATE;
  stretchers = { tonal: await Stretcher.load(RATE), percussive: await Stretcher.load(RATE) };
});

/** A player of stems whose samples are given by functions of the sample frame; stem 0 is to be heard left, stem 1 right. */
function playing(stems: readonly { sample: (frame: number) => number; percussive?: boolean }[], frames: number): Player {
  const player = new Player(
    stems.map(({ percussive = false }) => ({ frames, percussive })),
    stretchers,
    new Click(RATE),
  );
  stems.forEach(({ sample }, stem) => {
    player.mixer.setMatrix(stem, stem === 0 ? [1, 0, 0, 0] : [0, 0, 0, 1]);
    for (let index = 0; index < chunkCount(frames); index++) {
      const first = index * CHUNK_FRAMES;
      const length = Math.min(CHUNK_FRAMES, frames - first);
      const samples = Float32Array.from({ length }, (_, i) => sample(first + i));
      player.mixer.put(stem, index, [samples, samples.slice()]);
    }
  });
  player.render([new Float32Array(BLOCK), new Float32Array(BLOCK)]);
  player.play();
  return player;
}

function rendered(player: Player, frames: number): Stereo {
  const left = new Float32Array(frames);
  const right = new Float32Array(frames);
  for (let at = 0; at + BLOCK <= frames; at += BLOCK) player.render([left.subarray(at, at + BLOCK), right.subarray(at, at + BLOCK)]);
  return [left, right];
}

/** A value that names its sample frame. */
const named = (frame: number) => ((frame * 7919) % 65_521) / 131_072 + 0.1;

/** The frequency of a steady tone, by its upward zero crossings, in hertz. */
function pitchOf(samples: Float32Array): number {
  const crossings: number[] = [];
  for (let i = 1; i < samples.length; i++) {
    const [a = 0, b = 0] = [samples[i - 1], samples[i]];
    if (a < 0 && b >= 0) crossings.push(i - 1 + a / (a - b));
  }
  return ((crossings.length - 1) * RATE) / ((crossings.at(-1) ?? 0) - (crossings[0] ?? 0));
}

/** The distance of two pitches, in hundredths of a semitone. */
const cents = (a: number, b: number) => 1200 * Math.log2(a / b);

const tone = (hertz: number) => (frame: number) => Math.sin((2 * Math.PI * hertz * frame) / RATE) / 2;

describe("untouched, playback is exact", () => {
  test("every sample of every stem comes out at its own frame, over the borders of pieces too", () => {
    const player = playing([{ sample: named }, { sample: named }], 3 * CHUNK_FRAMES);
    const length = 2 * CHUNK_FRAMES;
    const [left, right] = rendered(player, length);
    for (let frame = 2 * BLOCK; frame < length; frame += 1) {
      if (left[frame] !== Math.fround(named(frame)) || right[frame] !== left[frame]) expect.fail(`frame ${frame}`);
    }
  });

  test("ten minutes and fifty seeks leave the stems on the same sample", () => {
    const frames = 600 * RATE;
    const piece = Float32Array.from({ length: CHUNK_FRAMES }, (_, i) => named(i));
    const player = new Player([{ frames, percussive: false }, { frames, percussive: true }], stretchers, new Click(RATE));
    player.mixer.setMatrix(0, [1, 0, 0, 0]);
    player.mixer.setMatrix(1, [0, 0, 0, 1]);
    for (let index = 0; index < chunkCount(frames); index++) for (const stem of [0, 1]) player.mixer.put(stem, index, [piece, piece]);
    player.play();
    rendered(player, 4 * BLOCK);
    for (let seek = 1; seek <= 50; seek++) {
      const target = (seek * 571_339) % (frames - RATE);
      player.seek(target);
      const [left, right] = rendered(player, 4 * BLOCK);
      for (let i = 3 * BLOCK; i < 4 * BLOCK; i++) {
        // One block fades out, one fades in; then the sound is where it was sent.
        expect(left[i]).toBe(piece[(target + i - BLOCK) % CHUNK_FRAMES]);
        expect(right[i]).toBe(left[i]);
      }
    }
    while (player.report().playing && player.frame < frames - RATE) {
      player.seek(frames - RATE);
      rendered(player, BLOCK);
    }
    const [left, right] = rendered(player, RATE / 2);
    expect(right).toEqual(left);
  });

  test("a loop repeats without losing or adding a sample", () => {
    const player = playing([{ sample: named }], CHUNK_FRAMES);
    player.setLoop({ start: 1_000, end: 1_777 });
    player.seek(1_000);
    const [left] = rendered(player, 40 * BLOCK);
    for (let i = 2 * BLOCK; i < 40 * BLOCK; i++) expect(left[i]).toBe(Math.fround(named(1_000 + ((i - BLOCK) % 777))));
  });

  test("at the end it stops, and playing again begins anew", () => {
    const player = playing([{ sample: named }], 10 * BLOCK);
    rendered(player, 12 * BLOCK);
    expect(player.report()).toMatchObject({ playing: false, frame: 10 * BLOCK });
    player.play();
    rendered(player, 2 * BLOCK);
    expect(player.report()).toMatchObject({ playing: true, frame: 2 * BLOCK });
  });
});

test("where samples are missing it waits, all stems together, and goes on from there", () => {
  const player = playing([{ sample: named }, { sample: named }], 2 * CHUNK_FRAMES);
  player.mixer.retain((index) => index === 0);
  rendered(player, CHUNK_FRAMES + 10 * BLOCK);
  expect(player.report()).toMatchObject({ playing: true, waiting: true, frame: CHUNK_FRAMES });
  const samples = Float32Array.from({ length: CHUNK_FRAMES }, (_, i) => named(CHUNK_FRAMES + i));
  player.mixer.put(0, 1, [samples, samples]);
  rendered(player, BLOCK);
  expect(player.report().waiting).toBe(true);
  player.mixer.put(1, 1, [samples, samples]);
  const [left, right] = rendered(player, 4 * BLOCK);
  expect(left[3 * BLOCK]).toBe(samples[3 * BLOCK]);
  expect(right).toEqual(left);
});

test("nothing that somebody does makes a click", () => {
  const player = playing([{ sample: tone(110) }], 4 * CHUNK_FRAMES);
  const sounds: number[] = [];
  const hear = (blocks: number) => sounds.push(...rendered(player, blocks * BLOCK)[0]);
  hear(10);
  player.seek(50_000);
  hear(10);
  player.mixer.setMatrix(0, [0, 0, 0, 0]);
  hear(10);
  player.mixer.setMatrix(0, [1, 0, 0, 0]);
  hear(10);
  player.pause();
  hear(3);
  // A jump from a peak to silence would be 0.5; the tone itself moves 0.007 in one sample.
  for (let i = 1; i < sounds.length; i++) expect(Math.abs((sounds[i] ?? 0) - (sounds[i - 1] ?? 0))).toBeLessThan(0.02);
});

describe("tempo and pitch are apart", () => {
  const heard = (player: Player) => rendered(player, 2 * RATE).map((samples) => samples.subarray(RATE / 2, (3 * RATE) / 2)) as unknown as Stereo;

  test("half as fast sounds as high, and takes twice as long", () => {
    const player = playing([{ sample: tone(440) }], 4 * RATE);
    player.setShift({ rate: 0.5, semitones: 0 });
    expect(Math.abs(cents(pitchOf(heard(player)[0]), 440))).toBeLessThan(5);
    expect(Math.abs(player.frame - RATE)).toBeLessThan(2 * BLOCK);
  });

  test("an octave up is an octave up for everything but drums, in the same time", () => {
    const player = playing([{ sample: tone(330) }, { sample: tone(330), percussive: true }], 4 * RATE);
    player.setShift({ rate: 1, semitones: 12 });
    const [left, right] = heard(player);
    expect(Math.abs(cents(pitchOf(left), 660))).toBeLessThan(5);
    expect(Math.abs(cents(pitchOf(right), 330))).toBeLessThan(5);
    expect(Math.abs(player.frame - 2 * RATE)).toBeLessThan(2 * BLOCK);
  });

  test("a stretched sound is where the playhead says, to a few milliseconds", () => {
    // Silence, then a tone from two seconds on.
    const player = playing([{ sample: (frame) => (frame < 2 * RATE ? 0 : tone(880)(frame)) }], 4 * RATE);
    player.seek(1.5 * RATE);
    player.setShift({ rate: 1.25, semitones: 0 });
    let onset = 0;
    for (let block = 0; block < 600 && !onset; block++) {
      const [left] = rendered(player, BLOCK);
      if (left.some((sample) => Math.abs(sample) > 0.2)) onset = player.frame;
    }
    expect(Math.abs(onset - 2 * RATE) / RATE).toBeLessThan(0.04);
  });

  test("back at the recorded tempo, every sample is exact again", () => {
    const player = playing([{ sample: named }], 4 * CHUNK_FRAMES);
    player.setShift({ rate: 0.8, semitones: 0 });
    rendered(player, 100 * BLOCK);
    player.setShift({ rate: 1, semitones: 0 });
    rendered(player, 4 * BLOCK);
    const from = player.frame;
    const [left] = rendered(player, BLOCK);
    expect(left[0]).toBe(Math.fround(named(from)));
  });
});
