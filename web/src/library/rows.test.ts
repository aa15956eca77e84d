import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { type Track, TrackSchema } from "@sound-forge-alchemy/api/alchemy/library/v1/track_pb.js";
import { type Separation, SeparationSchema } from "@sound-forge-alchemy/api/alchemy/processing/v1/separation_pb.js";
import { JobState } from "@sound-forge-alchemy/api/alchemy/type/v1/job_pb.js";
import { expect, test } from "vitest";

import { arranged, rowsOf } from "./rows";

const track = (id: string, fields: MessageInitShape<typeof TrackSchema> = {}) => create(TrackSchema, { name: `tracks/${id}`, title: id, ...fields });
const separation = (id: string, state: JobState) => create(SeparationSchema, { name: `tracks/${id}`, state });
const byName = <T extends Track | Separation>(...all: T[]) => new Map(all.map((one) => [one.name, one]));

test("a track is what goes on with it, else its newest stems, else its failure", () => {
  const rows = rowsOf(
    byName(track("a"), track("b"), track("c"), track("d")),
    byName(
      separation("a/separations/1", JobState.SUCCEEDED),
      separation("a/separations/2", JobState.RUNNING),
      separation("b/separations/3", JobState.FAILED),
      separation("b/separations/1", JobState.SUCCEEDED),
      separation("b/separations/2", JobState.SUCCEEDED),
      separation("c/separations/1", JobState.CANCELLED),
      separation("d/separations/1", JobState.FAILED),
    ),
  );
  const state = Object.fromEntries(rows.map(({ track: { title }, state }) => [title, state]));
  expect(state["a"]?.kind).toBe("working");
  expect(state["b"]).toMatchObject({ kind: "separated", separation: { name: "tracks/b/separations/2" } });
  expect(state["c"]?.kind).toBe("none");
  expect(state["d"]?.kind).toBe("failed");
});

test("a search finds tracks that hold every word somewhere", () => {
  const rows = rowsOf(byName(track("1", { title: "Amber River", artist: "Low Lanterns" }), track("2", { title: "River" })), new Map());
  const found = (search: string) => arranged(rows, search, "all", { column: "title", descending: false }).map((row) => row.track.title);
  expect(found("river")).toEqual(["Amber River", "River"]);
  expect(found("LANTERN amb")).toEqual(["Amber River"]);
  expect(found("river sea")).toEqual([]);
});

test("numbers in titles sort as numbers, and equal values newest first", () => {
  const rows = rowsOf(byName(track("1", { title: "Take 10" }), track("2", { title: "Take 9" }), track("3", { title: "take 9" })), new Map());
  const names = arranged(rows, "", "all", { column: "title", descending: false }).map((row) => row.track.name);
  expect(names).toEqual(["tracks/3", "tracks/2", "tracks/1"]);
});

test("a filter shows one state", () => {
  const rows = rowsOf(byName(track("a"), track("b")), byName(separation("a/separations/1", JobState.SUCCEEDED)));
  const shown = (filter: "separated" | "unseparated") => arranged(rows, "", filter, { column: "title", descending: false }).map((row) => row.track.title);
  expect(shown("separated")).toEqual(["a"]);
  expect(shown("unseparated")).toEqual(["b"]);
});
