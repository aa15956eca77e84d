import { expect, test } from "vitest";

import { camelotCode, chordName, chordRoot, noteName, pitchName, shortKey } from "./pitch";

const cMajor = { tonic: 0, minor: false };

test.each([
  ["A:min7", "Am7"],
  ["G:maj/3", "G/B"],
  ["C:7/b7", "C7/B♭"],
  ["D:min", "Dm"],
  ["F#:hdim7", "F♯ø7"],
  ["Bb", "B♭"],
  ["E:sus4(b7)", "E7sus4"],
  ["N", ""],
  ["X", ""],
])("%s is written %s", (label, name) => expect(chordName(label, 0, cMajor)).toBe(name));

test("names follow the pitch, and are spelt in the key that sounds", () => {
  expect(chordName("C:maj", 1, { tonic: 1, minor: false })).toBe("D♭");
  expect(chordName("C:maj", 4, { tonic: 4, minor: false })).toBe("E");
  expect(chordName("E:min", 4, { tonic: 4, minor: false })).toBe("G♯m");
  expect(chordName("B:maj", 1)).toBe("C");
  expect(chordName("C:maj/5", -1, { tonic: 11, minor: false })).toBe("B/F♯");
  expect(chordRoot("B:min", 2)).toBe(1);
  expect(chordRoot("N", 2)).toBeUndefined();
});

test.each([
  [9, true, "Am", "8A"],
  [0, false, "C", "8B"],
  [4, true, "Em", "9A"],
  [8, true, "G♯m", "1A"],
  [11, false, "B", "1B"],
  [4, false, "E", "12B"],
  [6, false, "F♯", "2B"],
  [3, true, "E♭m", "2A"],
])("tonic %d, minor %s is %s, %s on the wheel", (tonic, minor, name, code) => {
  expect(shortKey({ tonic, minor })).toBe(name);
  expect(camelotCode({ tonic, minor })).toBe(code);
});

test.each([
  ["C", cMajor, "C D♭ D E♭ E F F♯ G A♭ A B♭ B"],
  ["A minor", { tonic: 9, minor: true }, "C C♯ D D♯ E F F♯ G G♯ A B♭ B"],
  ["E♭ minor", { tonic: 3, minor: true }, "C D♭ D E♭ E F G♭ G A♭ A B♭ C♭"],
  ["F♯", { tonic: 6, minor: false }, "C C♯ D D♯ E E♯ F♯ G G♯ A A♯ B"],
  ["B♭", { tonic: 10, minor: false }, "C D♭ D E♭ E F G♭ G A♭ A B♭ B"],
  ["C♯ minor", { tonic: 1, minor: true }, "C C♯ D D♯ E F F♯ G G♯ A A♯ B"],
  ["no key", undefined, "C D♭ D E♭ E F G♭ G A♭ A B♭ B"],
])("notes in %s are %s", (_, key, names) => expect(Array.from({ length: 12 }, (_, note) => pitchName(note, key)).join(" ")).toBe(names));

test("a frequency is its nearest note", () => {
  expect(noteName(440)).toBe("A4");
  expect(noteName(261.6)).toBe("C4");
  expect(noteName(440, 3)).toBe("C5");
  expect(noteName(246.9, 0, { tonic: 3, minor: true })).toBe("C♭4");
  expect(pitchName(-1)).toBe("B");
});
