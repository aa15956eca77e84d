import { create } from "@bufbuild/protobuf";
import { GainReason, MixReportSchema } from "@sound-forge-alchemy/api/alchemy/processing/v1/mix_pb.js";
import { AudioEncoding } from "@sound-forge-alchemy/api/alchemy/type/v1/audio_pb.js";
import { expect, test } from "vitest";

import { NEUTRAL, panMatrix } from "../engine/mix";
import { choicesFrom, encodingOf, fitting } from "./choices";
import { mixOf, mixRequest, remarkOf } from "./mix";

const choices = choicesFrom(null);
const STEMS = ["vocals", "drums", "bass"];

test("the mix is what the desk plays: gains in decibels, panorama, without what is silent", () => {
  const mix = mixOf(STEMS, [{ ...NEUTRAL, volume: 0.5, pan: -0.3 }, { ...NEUTRAL, muted: true }, NEUTRAL]);
  const { stems, start, end, loudness } = mixRequest("s", mix, choices, undefined);
  expect(stems.map(({ stem, pan }) => [stem, pan])).toEqual([["vocals", -0.3], ["bass", 0]]);
  expect(stems[0]?.gainDb).toBeCloseTo(-6.0206, 4);
  expect(stems[1]?.gainDb).toBe(0);
  expect([start, end, loudness]).toEqual([0, 0, undefined]);
});

test("with a solo only solos are in the mix, and a volume of nothing leaves a stem out", () => {
  const sounding = (settings: Parameters<typeof mixOf>[1]) => mixOf(STEMS, settings).filter((one) => one.sounds).map((one) => one.stem);
  expect(sounding([NEUTRAL, { ...NEUTRAL, solo: true }, NEUTRAL])).toEqual(["drums"]);
  expect(sounding([{ ...NEUTRAL, volume: 0 }, NEUTRAL, NEUTRAL])).toEqual(["drums", "bass"]);
  expect(sounding([])).toEqual(STEMS);
});

test("a stem that is panned hard still sounds", () => {
  expect(mixOf(["vocals"], [{ ...NEUTRAL, pan: -1 }])[0]?.sounds).toBe(true);
  expect(panMatrix(1, -1)).toEqual([1, 1, 0, 0]);
});

test("part, encoding and loudness are passed on", () => {
  const wanted = { ...choices, format: "flac" as const, bits: 24, target: -14 };
  const request = mixRequest("s", mixOf(STEMS, []), wanted, { start: 1.5, end: 2.25 });
  expect([request.start, request.end]).toEqual([1.5, 2.25]);
  expect(request.encoding).toBe(AudioEncoding.FLAC_PCM24);
  expect(request.loudness?.targetLufs).toBe(-14);
});

test("stored choices that make no sense are those of the first time", () => {
  expect(choicesFrom("x")).toEqual(choices);
  expect(choicesFrom({ kind: "x", format: "tape", bits: 13, target: 5, bundle: 1, forms: "midi" })).toEqual({ ...choices, bits: 32 });
  expect(choicesFrom({ format: "mp3", bits: 24, forms: ["plot", "x", "midi"] })).toMatchObject({ format: "mp3", bits: 0, forms: ["midi", "plot"] });
});

test("a bit depth that a format lacks becomes its deepest", () => {
  expect(fitting("flac", 32)).toBe(24);
  expect(fitting("wav", 16)).toBe(16);
  expect(encodingOf({ format: "opus", bits: 16 })).toBe(AudioEncoding.OGG_OPUS);
});

test("what became of a mix is told where it matters", () => {
  expect(remarkOf(create(MixReportSchema, { integratedLufs: -13.96 }))).toBe("−14.0 LUFS");
  expect(remarkOf(create(MixReportSchema, { gainReason: GainReason.CEILING, integratedLufs: -16.2 }))).toContain("reached −16.2 LUFS");
  expect(remarkOf(create(MixReportSchema, {}))).toBe("");
});
