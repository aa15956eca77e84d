import type { Key } from "@sound-forge-alchemy/api/alchemy/type/v1/music_pb.js";
import { Mode } from "@sound-forge-alchemy/api/alchemy/type/v1/music_pb.js";

/** A key: the pitch class of its tonic, 0 = C, and whether it is minor. */
export interface PlainKey {
  tonic: number;
  minor: boolean;
}

/** The line of fifths: a step to the right is a fifth up, seven steps are a sharp. C is 0. */
const LINE = "FCGDAEB";
/** Where twelve neighbours on the line begin if no key says it: G♭ to B. */
const PLAIN = -6;
/** From here to here, all white keys of the piano keep their plain names. */
const [FLATTEST, SHARPEST] = [-6, -1];

/** The key of a message, moved by semitones. */
export function plainKey(key: Key | undefined, semitones = 0): PlainKey | undefined {
  return key && { tonic: wrapped(key.tonic + semitones), minor: key.mode === Mode.MINOR };
}

/** The name of a pitch class as it is spelt in a key; with flats if none is given. */
export function pitchName(pitchClass: number, key?: PlainKey): string {
  const { letter, accidental } = spelt(pitchClass, key);
  return letter + (["♭", "", "♯"][accidental + 1] ?? "");
}

/** "A minor", "E♭ major" without its mode: the tonic, spelt as musicians do. */
export function tonicName(key: PlainKey): string {
  return pitchName(key.tonic, key);
}

/** "Am", "E♭". */
export function shortKey(key: PlainKey): string {
  return tonicName(key) + (key.minor ? "m" : "");
}

/** The code of the Camelot wheel: its hours are fifths apart, minor inside (A), major outside (B). */
export function camelot(key: PlainKey): { hour: number; letter: "A" | "B" } {
  const major = wrapped(key.minor ? key.tonic + 3 : key.tonic);
  return { hour: ((major * 7 + 7) % 12) + 1, letter: key.minor ? "A" : "B" };
}

/** "8A". */
export function camelotCode(key: PlainKey): string {
  const { hour, letter } = camelot(key);
  return `${hour}${letter}`;
}

const QUALITIES: Readonly<Partial<Record<string, string>>> = {
  maj: "",
  min: "m",
  dim: "°",
  aug: "+",
  maj7: "maj7",
  min7: "m7",
  "7": "7",
  dim7: "°7",
  hdim7: "ø7",
  minmaj7: "m(maj7)",
  maj6: "6",
  min6: "m6",
  "9": "9",
  maj9: "maj9",
  min9: "m9",
  "11": "11",
  min11: "m11",
  "13": "13",
  maj13: "maj13",
  min13: "m13",
  sus2: "sus2",
  sus4: "sus4",
  "sus4(b7)": "7sus4",
  "5": "5",
};

const HARTE = /^([A-G])([b#]*)(?::([^/]*))?(?:\/([b#]*)([0-9]+))?$/;
const NATURALS: Readonly<Partial<Record<string, number>>> = { C: 0, D: 2, E: 4, F: 5, G: 7, A: 9, B: 11 };
const DEGREES = [0, 2, 4, 5, 7, 9, 11] as const;

/**
 * A chord in Harte's syntax as musicians write it: "A:min7/b3" is "Am7/C". Empty where there is none.
 *
 * @param semitones by how much the sound is moved
 * @param key the key in which it sounds after that, for its spelling
 */
export function chordName(label: string, semitones = 0, key?: PlainKey): string {
  const match = HARTE.exec(label);
  if (!match) return "";
  const [, natural = "", accidentals = "", quality = "maj", bassAccidentals = "", degree] = match;
  const root = (NATURALS[natural] ?? 0) + signed(accidentals) + semitones;
  const name = pitchName(root, key) + (QUALITIES[quality] ?? quality);
  if (!degree) return name;
  const step = Number(degree) - 1;
  const bass = root + (DEGREES[step % DEGREES.length] ?? 0) + signed(bassAccidentals);
  return `${name}/${pitchName(bass, key)}`;
}

/** The pitch class of a chord's root, 0 = C; undefined where there is none. */
export function chordRoot(label: string, semitones = 0): number | undefined {
  const match = HARTE.exec(label);
  return match ? wrapped((NATURALS[match[1] ?? ""] ?? 0) + signed(match[2] ?? "") + semitones) : undefined;
}

const A4 = { midi: 69, hertz: 440 } as const;

/** The pitch of a frequency as a MIDI number, with its fraction: 69 is A4, 440 Hz. */
export function pitchOf(hertz: number): number {
  return A4.midi + 12 * Math.log2(hertz / A4.hertz);
}

/** The frequency of a MIDI number, in Hz. */
export function hertzOf(midi: number): number {
  return A4.hertz * 2 ** ((midi - A4.midi) / 12);
}

const BLACK: ReadonlySet<number> = new Set([1, 3, 6, 8, 10]);

/** Whether a MIDI number is a black key of the piano. */
export function isBlackKey(midi: number): boolean {
  return BLACK.has(wrapped(midi));
}

/** The nearest note of a frequency: "A4". */
export function noteName(hertz: number, semitones = 0, key?: PlainKey): string {
  const midi = Math.round(pitchOf(hertz)) + semitones;
  // C♭4 is B3: an octave begins at the letter C, whatever stands beside it.
  const natural = midi - spelt(midi, key).accidental;
  return `${pitchName(midi, key)}${Math.floor(natural / 12) - 1}`;
}

/** The letter of a pitch class, and its sharps. */
function spelt(pitchClass: number, key?: PlainKey): { letter: string; accidental: number } {
  const place = fifths(pitchClass, key ? leftmost(key) : PLAIN) + 1;
  return { letter: LINE.charAt(((place % 7) + 7) % 7), accidental: Math.floor(place / 7) };
}

/**
 * Where the names of a key begin on the line of fifths: at the minor second above its tonic, so that they end with the augmented fourth
 * (Temperley, The Cognition of Basic Musical Structures, 2001, ch. 5); but white keys are called C♭ and E♯ only where the scale has these.
 */
function leftmost({ tonic, minor }: PlainKey): number {
  const at = fifths(tonic, minor ? -3 : -5);
  const [flattest, sharpest] = minor ? [at - 4, at + 2] : [at - 1, at + 5];
  const start = Math.min(Math.max(at - 5, FLATTEST), SHARPEST);
  return Math.max(Math.min(start, flattest), sharpest - 11);
}

/** Where a pitch class lies on the line of fifths, among the twelve places from `start` on. */
function fifths(pitchClass: number, start: number): number {
  return start + wrapped(pitchClass * 7 - start);
}

function signed(accidentals: string): number {
  return (accidentals.startsWith("#") ? 1 : -1) * accidentals.length;
}

function wrapped(pitchClass: number): number {
  return ((pitchClass % 12) + 12) % 12;
}
