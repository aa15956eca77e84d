import { AudioEncoding } from "@sound-forge-alchemy/api/alchemy/type/v1/audio_pb.js";

import { useRemembered } from "../ui/remembered";

/** The kinds of audio files, and what each can be. */
export const FORMATS = {
  wav: { 16: AudioEncoding.WAV_PCM16, 24: AudioEncoding.WAV_PCM24, 32: AudioEncoding.WAV_FLOAT32 },
  flac: { 16: AudioEncoding.FLAC_PCM16, 24: AudioEncoding.FLAC_PCM24 },
  mp3: { 0: AudioEncoding.MP3 },
  m4a: { 0: AudioEncoding.M4A_AAC },
  ogg: { 0: AudioEncoding.OGG_VORBIS },
  opus: { 0: AudioEncoding.OGG_OPUS },
} as const satisfies Record<string, Readonly<Record<number, AudioEncoding>>>;

export type Format = keyof typeof FORMATS;

/** What is exported. */
export const KINDS = ["mix", "stems", "bundle", "analysis"] as const;
export type Kind = (typeof KINDS)[number];

/** All stems in one file, this way or that. */
export const BUNDLES = ["zip", "stemMp4"] as const;
export type Bundle = (typeof BUNDLES)[number];

/** Loudness targets in LUFS; 0 = as loud as it is. */
export const TARGETS = [0, -9, -14, -16, -18, -23] as const;

/** What of an analysis can be had. */
export const FORMS = ["midi", "beats", "chords", "sections", "labels", "click", "plot", "json"] as const;
export type Form = (typeof FORMS)[number];

/** How somebody exports; remembered by this browser. */
export interface Choices {
  kind: Kind;
  format: Format;
  /** Bits of a sample; 0 for formats that have no choice. */
  bits: number;
  target: number;
  bundle: Bundle;
  forms: readonly Form[];
}

const FIRST: Choices = { kind: "mix", format: "wav", bits: 24, target: 0, bundle: "zip", forms: ["midi"] };

/** The remembered choices, and how to change them. */
export function useChoices(): [Choices, (choices: Choices) => void] {
  return useRemembered("export", choicesFrom);
}

/** Choices from what was stored, which an older version of the page, or somebody else, may have written. */
export function choicesFrom(stored: unknown): Choices {
  if (typeof stored !== "object" || stored === null) return FIRST;
  const { kind, format, bits, target, bundle, forms } = stored as Partial<Record<keyof Choices, unknown>>;
  const known = (Object.keys(FORMATS) as Format[]).find((one) => one === format) ?? FIRST.format;
  return {
    kind: KINDS.find((one) => one === kind) ?? FIRST.kind,
    format: known,
    bits: fitting(known, typeof bits === "number" ? bits : FIRST.bits),
    target: TARGETS.find((one) => one === target) ?? FIRST.target,
    bundle: BUNDLES.find((one) => one === bundle) ?? FIRST.bundle,
    forms: Array.isArray(forms) ? FORMS.filter((one) => forms.includes(one)) : FIRST.forms,
  };
}

/** The bit depths of a format, smallest first; none where there is no choice. */
export function depthsOf(format: Format): number[] {
  return Object.keys(FORMATS[format]).map(Number).filter(Boolean);
}

/** The depth of a format that is nearest to what was chosen for another. */
export function fitting(format: Format, bits: number): number {
  const depths = depthsOf(format);
  return depths.includes(bits) ? bits : (depths.at(-1) ?? 0);
}

/** The encoding of the contract. */
export function encodingOf({ format, bits }: Pick<Choices, "format" | "bits">): AudioEncoding {
  const known: Readonly<Partial<Record<number, AudioEncoding>>> = FORMATS[format];
  return known[fitting(format, bits)] ?? AudioEncoding.WAV_PCM16;
}

/** About how many bytes a second of stereo sound takes. */
export function bytesPerSecond({ bits }: Pick<Choices, "bits">, sampleRate: number): number {
  return bits ? (sampleRate * 2 * bits) / 8 : 40_000;
}
