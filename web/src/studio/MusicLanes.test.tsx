import { create } from "@bufbuild/protobuf";
import { CurveSchema, ResultsSchema } from "@sound-forge-alchemy/api/alchemy/analysis/v1/results_pb.js";
import { Mode } from "@sound-forge-alchemy/api/alchemy/type/v1/music_pb.js";
import { act, cleanup, render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";

import { musicOf, type Span } from "../music/music";
import { TooltipProvider } from "../ui/Tooltip";
import { MusicLanes } from "./MusicLanes";
import type { Session } from "./session";

const MUSIC = musicOf(
  create(ResultsSchema, {
    duration: 40,
    rhythm: { beats: Array.from({ length: 80 }, (_, i) => ({ time: i / 2, position: (i % 4) + 1 })) },
    tonality: {
      estimate: { key: { tonic: 9, mode: Mode.MINOR } },
      spans: [
        { start: 0, end: 20, estimate: { key: { tonic: 9, mode: Mode.MINOR } } },
        { start: 20, end: 40, estimate: { key: { tonic: 2, mode: Mode.MAJOR } } },
      ],
    },
    chords: { chords: [{ start: 0, end: 20, label: "A:min7", simple: "A:min" }, { start: 20, end: 40, label: "D:maj", simple: "D:maj" }] },
    form: {
      sections: [{ start: 0, end: 20, group: "A", label: "verse" }, { start: 20, end: 40, group: "B", label: "chorus" }],
      cues: [{ time: 20, kind: "drop" }],
      loops: [{ start: 4, end: 12, bars: 4 }],
    },
    loudness: { integratedLufs: -15 },
  }),
  0,
  40,
);
const LOUDNESS = create(CurveSchema, { step: 1, dimensions: 1, values: Array.from({ length: 40 }, (_, second) => (second < 20 ? -18 : -12)) });

/** As much of a session as lanes see: where it sounds, and the way elsewhere. */
class Playing {
  seconds = 0;
  readonly #listeners = new Set<() => void>();
  readonly subscribe = (listener: () => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
  readonly seek = vi.fn((second: number) => {
    this.seconds = second;
    for (const listener of this.#listeners) listener();
  });
}

function open({ semitones = 0, simple = false, loop, view = { start: 0, length: 40 } }: { semitones?: number; simple?: boolean; loop?: Span; view?: { start: number; length: number } } = {}) {
  const session = new Playing();
  const [onLoop, onSimple] = [vi.fn(), vi.fn()];
  render(
    <TooltipProvider>
      <MusicLanes
        session={session as unknown as Session}
        music={MUSIC}
        loudness={LOUDNESS}
        begin={0}
        view={view}
        width={800}
        loop={loop}
        semitones={semitones}
        simple={simple}
        onSimple={onSimple}
        onLoop={onLoop}
      />
    </TooltipProvider>,
  );
  return { session, onLoop, onSimple };
}

afterEach(cleanup);

const lane = (name: string) => within(screen.getByRole("group", { name }));

test("every lane says what it shows", () => {
  open();
  expect(screen.getAllByRole("group").map((one) => one.getAttribute("aria-label"))).toEqual(["Sections", "Cues and loops", "Chords", "Bars", "Key", "Loudness"]);
  expect(lane("Sections").getByRole("button", { name: "Chorus, form B, 0:20 to 0:40: loop it" })).toBeTruthy();
  expect(lane("Chords").getByText("Am7")).toBeTruthy();
  expect(lane("Key").getByText("D major · 10B")).toBeTruthy();
  expect(lane("Loudness").getByRole("img", { name: "Short-term loudness through the song; −15.0 LUFS over all of it" })).toBeTruthy();
});

test("chords and keys follow the pitch, and are triads for those who strum", () => {
  open({ semitones: -2, simple: true });
  expect(lane("Chords").getByText("Gm")).toBeTruthy();
  expect(lane("Chords").getByText("C")).toBeTruthy();
  expect(lane("Key").getByText("G minor · 6A")).toBeTruthy();
});

test("a section is looped, and let go of when it is looped already", async () => {
  const { onLoop } = open({ loop: { start: 0, end: 20 } });
  const [verse, chorus] = lane("Sections").getAllByRole("button");
  expect(verse?.getAttribute("aria-pressed")).toBe("true");
  if (verse && chorus) {
    await userEvent.click(chorus);
    await userEvent.click(verse);
  }
  expect(onLoop.mock.calls).toEqual([[{ start: 20, end: 40 }], [undefined]]);
});

test("a cue leads there; the chord that sounds stands out, and its loudness is told", async () => {
  const { session } = open();
  const standsOut = (name: string) => /now/.test(lane("Chords").getByText(name).className);
  expect([standsOut("Am7"), standsOut("D")]).toEqual([true, false]);
  expect(lane("Loudness").getByText("−18.0 LUFS")).toBeTruthy();
  await userEvent.click(screen.getByRole("button", { name: "Drop, 0:20: go there" }));
  act(() => session.seek(21));
  expect([standsOut("Am7"), standsOut("D")]).toEqual([false, true]);
  expect(lane("Loudness").getByText("−12.0 LUFS")).toBeTruthy();
});

test("what is out of sight is not drawn", () => {
  open({ view: { start: 22, length: 10 } });
  expect(lane("Sections").getAllByRole("button")).toHaveLength(1);
  expect(lane("Chords").queryByText("Am7")).toBeNull();
  expect(lane("Bars").getByText("12")).toBeTruthy(); // bars of two seconds: the twelfth begins at 22
  expect(lane("Bars").queryByText("11")).toBeNull();
});
