import { create } from "@bufbuild/protobuf";
import { ResultsSchema } from "@sound-forge-alchemy/api/alchemy/analysis/v1/results_pb.js";
import { Mode } from "@sound-forge-alchemy/api/alchemy/type/v1/music_pb.js";
import { describe, expect, test } from "vitest";

import { at, beatAt, musicOf, snapFor, snapped, snappedPart, stepped } from "./music";

const results = create(ResultsSchema, {
  duration: 40,
  rhythm: {
    tempo: { bpm: 120 },
    metre: { beatsPerBar: 4, beatUnit: 4 },
    beats: Array.from({ length: 64 }, (_, i) => ({ time: 1 + i / 2, position: ((i + 2) % 4) + 1 })), // an upbeat of two
  },
  tonality: { estimate: { key: { tonic: 9, mode: Mode.MINOR } }, spans: [{ start: 0, end: 40, estimate: { key: { tonic: 9, mode: Mode.MINOR } } }] },
  chords: { chords: [{ start: 0, end: 2, label: "N", simple: "N" }, { start: 2, end: 40, label: "A:min7", simple: "A:min" }] },
  form: {
    sections: [{ start: 0, end: 20, group: "A", label: "verse" }, { start: 20, end: 40, group: "B", label: "chorus" }],
    cues: [{ time: 20, kind: "drop" }],
    loops: [
      { start: 4, end: 12, bars: 4 },
      { start: 8, end: 10, bars: 1 },
      { start: 12, end: 20, bars: 4 },
    ],
  },
});

const music = musicOf(results, 0, 40);

describe("what is known", () => {
  test("counts bars from the first downbeat, and suggests loops that do not overlap", () => {
    expect(music.beats.slice(0, 4).map(({ position, bar }) => [position, bar])).toEqual([[3, 0], [4, 0], [1, 1], [2, 1]]);
    expect(music.loops.map(({ start }) => start)).toEqual([4, 12]);
    expect(music).toMatchObject({ bpm: 120, beatsPerBar: 4, key: { tonic: 9, minor: true } });
  });

  test("of a part of a track, times count from the part, and what lies outside is left out", () => {
    const part = musicOf(results, 10, 12);
    expect(part.sections).toEqual([
      { start: 0, end: 10, group: "A", label: "verse" },
      { start: 10, end: 12, group: "B", label: "chorus" },
    ]);
    expect(part.beats[0]).toEqual({ time: 0, position: 1, bar: 5 });
    expect(part.loops.map(({ start }) => start)).toEqual([2]);
    expect(part.cues).toEqual([{ time: 10, kind: "drop" }]);
  });

  test("what sounds now is found", () => {
    expect(at(music.sections, 20)?.label).toBe("chorus");
    expect(at(music.chords, 1)?.label).toBe("N");
    expect(at(music.sections, 40)).toBeUndefined();
    expect(beatAt(music.beats, 2.2)).toMatchObject({ position: 1, bar: 1 });
    expect(beatAt(music.beats, 0.5)).toBeUndefined();
  });
});

describe("the grid", () => {
  const { beats } = music;

  test("is one of beats where they can be aimed at, else of bars, and nothing where there are none", () => {
    expect(snapFor(beats, 100)).toBe("beat");
    expect(snapFor(beats, 5)).toBe("bar");
    expect(snapFor([], 100)).toBe("off");
    expect(snapFor(beats.map((beat) => ({ ...beat, position: 0 })), 5)).toBe("beat");
  });

  test("draws what lies beside it to itself", () => {
    expect(snapped(beats, "beat", 3.2)).toBe(3);
    expect(snapped(beats, "beat", 3.3)).toBe(3.5);
    expect(snapped(beats, "bar", 3.2)).toBe(4);
    expect(snapped(beats, "beat", 0)).toBe(1);
    expect(snapped(beats, "beat", 39)).toBe(32.5);
    expect(snapped(beats, "off", 3.21)).toBe(3.21);
  });

  test("leaves no loop without length", () => {
    expect(snappedPart(beats, "bar", { start: 3.9, end: 4.2 })).toEqual({ start: 4, end: 6 });
    expect(snappedPart(beats, "beat", { start: 3.9, end: 5.1 })).toEqual({ start: 4, end: 5 });
    expect(snappedPart(beats, "beat", { start: 35, end: 36 })).toEqual({ start: 35, end: 36 });
  });

  test("is walked along step by step, from beside it first onto it", () => {
    expect(stepped(beats, "bar", 4, 1)).toBe(6);
    expect(stepped(beats, "bar", 4, -1)).toBe(2);
    expect(stepped(beats, "bar", 5, -1)).toBe(4);
    expect(stepped(beats, "bar", 5, 1)).toBe(6);
    expect(stepped(beats, "beat", 1, -1)).toBe(1);
  });
});
