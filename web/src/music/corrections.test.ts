import { create } from "@bufbuild/protobuf";
import { CorrectionsSchema } from "@sound-forge-alchemy/api/alchemy/analysis/v1/results_pb.js";
import { Mode } from "@sound-forge-alchemy/api/alchemy/type/v1/music_pb.js";
import { expect, test } from "vitest";

import { requestOf, restoring, shiftBack } from "./corrections";

const parent = "tracks/t";

test("each correction is one call", () => {
  expect(requestOf(parent, { kind: "tempo", factor: 2 })).toEqual({ parent, tempo: { case: "tempoFactor", value: 2 } });
  expect(requestOf(parent, { kind: "key", key: { tonic: 9, minor: true } })).toEqual({ parent, key: { tonic: 9, mode: Mode.MINOR } });
  expect(requestOf(parent, { kind: "reset" })).toMatchObject({ reset: [1, 2, 3, 4, 5] });
});

test("undo brings back what was corrected before, and takes back the rest", () => {
  expect(restoring(parent, undefined)).toEqual({ parent, reset: [1, 2, 3, 4, 5] });
  const before = create(CorrectionsSchema, { bpm: 120, beatAt: 1.02, downbeatAt: 1.02, beatsPerBar: 3 });
  expect(restoring(parent, before)).toMatchObject({ tempo: { case: "bpm", value: 120 }, beatsPerBar: 3, downbeatAt: 1.02 });
  const call = shiftBack(parent, before, [{ time: 0.5 }, { time: 1 }, { time: 1.5 }]);
  expect(call?.shiftSeconds).toBeCloseTo(0.02, 9);
  expect(call?.downbeatAt).toBe(1.02);
  expect(shiftBack(parent, create(CorrectionsSchema, { bpm: 90 }), [{ time: 1 }])).toBeUndefined();
});
