import { expect, test } from "vitest";

import { thenOf, thenParameters, wishFrom } from "./wish";

const FIRST = wishFrom(null);

test("at first everything is done with a new song", () => {
  const then = thenOf(FIRST);
  expect(then?.separate).toBeDefined();
  expect(then?.analyze?.mixOnly).toBe(false);
});

test("an upload asks for the same as a link does", () => {
  const wish = { ...FIRST, model: "models/htdemucs", stems: ["vocals"], complement: true };
  expect(thenOf(wish)?.separate).toMatchObject({ model: "models/htdemucs", wantedStems: ["vocals"], complement: true });
  expect(thenParameters(wish)).toEqual([
    ["then.separate.encoding", "AUDIO_ENCODING_WAV_PCM16"],
    ["then.separate.model", "models/htdemucs"],
    ["then.separate.wanted_stems", "vocals"],
    ["then.separate.complement", "true"],
    ["then.analyze.mix_only", "false"],
  ]);
});

test("each can be wished for alone, or nothing", () => {
  const analysed = { ...FIRST, onArrival: false };
  expect(thenOf(analysed)?.separate).toBeUndefined();
  expect(thenOf(analysed)?.analyze).toBeDefined();
  expect(thenParameters(analysed)).toEqual([["then.analyze.mix_only", "false"]]);
  const separated = { ...FIRST, analyse: false };
  expect(thenOf(separated)?.analyze).toBeUndefined();
  expect(thenParameters(separated)).toEqual([["then.separate.encoding", "AUDIO_ENCODING_WAV_PCM16"]]);
  const nothing = { ...FIRST, onArrival: false, analyse: false };
  expect(thenOf(nothing)).toBeUndefined();
  expect(thenParameters(nothing)).toEqual([]);
});

test("what an older page remembered is kept, and what it did not know is as at first", () => {
  expect(wishFrom({ onArrival: false, model: "models/spleeter-2stems" })).toEqual({
    onArrival: false,
    analyse: true,
    model: "models/spleeter-2stems",
    stems: [],
    complement: false,
  });
});
