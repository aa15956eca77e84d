import { create } from "@bufbuild/protobuf";
import { Feature, ResultsSchema, TonalitySchema } from "@sound-forge-alchemy/api/alchemy/analysis/v1/results_pb.js";
import { Mode } from "@sound-forge-alchemy/api/alchemy/type/v1/music_pb.js";
import { cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import type { ReactNode } from "react";
import { afterEach, expect, test } from "vitest";

import { TooltipProvider } from "../ui/Tooltip";
import { KeyWheel } from "./KeyWheel";
import { SoundRadar } from "./SoundRadar";
import { Summary } from "./Summary";

const TONALITY = {
  estimate: { key: { tonic: 9, mode: Mode.MINOR, camelot: "8A", openKey: "1m" }, confidence: 0.7 },
  runnerUp: { key: { tonic: 0, mode: Mode.MAJOR, camelot: "8B", openKey: "1d" }, confidence: 0.2 },
  tuningCents: -20,
};
const RESULTS = create(ResultsSchema, {
  duration: 10,
  rhythm: { tempo: { bpm: 120, confidence: 0.5 }, alternatives: [{ bpm: 60 }, { bpm: 240 }], metre: { beatsPerBar: 4, beatUnit: 4, confidence: 0.9 }, onsets: [1, 2, 3] },
  measuredRhythm: { tempo: { bpm: 60 } },
  tonality: TONALITY,
  loudness: { integratedLufs: -9, rangeLu: 3.5, truePeakDbtp: 0.4 },
  timbre: { energyDb: -12, centroidHz: 2000 },
  shortfalls: [
    { feature: Feature.CHORDS, message: "No chord can be told." },
    { feature: Feature.FORM, message: "A form needs more than a few bars." },
  ],
});

afterEach(cleanup);

const show = (card: ReactNode) => render(<TooltipProvider>{card}</TooltipProvider>);

test("numbers come with how certain they are, what else they might be, and what was corrected", () => {
  show(<Summary results={RESULTS} />);
  const words = screen.getByRole("region", { name: "At a glance" }).textContent;
  expect(words).toContain("120.0 BPM50 % sureor 60.0, 240.0Corrected by hand; 60.0 BPM was measured");
  expect(words).toContain("A minor70 % sureCamelot 8A · Open Key 1mnext C major, 8B, 20 % sure");
  expect(words).toContain("−20 centsA4 = 434.9 Hz");
  expect(words).toContain("−9.0 LUFSrange 3.5 LU");
  expect(words).toContain("+0.4 dBTPclips in some converters");
  // Of what is drawn, a plot says by itself why it is missing.
  expect(screen.getAllByRole("listitem").map((item) => item.textContent)).toEqual(["No chord can be told."]);
});

test("the wheel says what mixes with the key, and what each of its parts is to it", () => {
  show(<KeyWheel tonality={create(TonalitySchema, TONALITY)} />);
  screen.getByRole("img", { name: "A minor (8A) mixes well with D minor (7A), C major (8B), E minor (9A). The next best reading is C major (8B)." });
  const titles = [...document.querySelectorAll("title")].map((title) => title.textContent);
  expect(titles).toHaveLength(24);
  expect(titles.filter((title) => title.includes(":"))).toEqual(["D minor (7A): mixes well", "A minor (8A): the key", "C major (8B): next best reading", "E minor (9A): mixes well"]);
});

test("each measure of the sound says what it is, and on which scale it lies", async () => {
  show(<SoundRadar results={RESULTS} curves={new Map()} />);
  screen.getByRole("img", { name: "Energy −12.0 dB, Brightness 2.0 kHz, Dynamics 3.5 LU, Onsets 0.3 a second." });
  screen.getByRole("button", { name: "Brightness 2.0 kHz" }).focus();
  expect((await screen.findByRole("tooltip")).textContent).toBe("Median of the spectrum's centre of gravity; by octaves. 2.0 kHz, on a scale from 100 Hz to 6.4 kHz.");
  await userEvent.tab();
  expect((await screen.findByRole("tooltip")).textContent).toMatch(/^Loudness range/);
});

test("a shape needs three measures", () => {
  show(<SoundRadar results={create(ResultsSchema, { timbre: { energyDb: -12 } })} curves={new Map()} />);
  expect(screen.queryByRole("img")).toBeNull();
  expect(screen.getByText("Too little was measured to draw it.")).toBeTruthy();
});
