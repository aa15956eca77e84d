import { create } from "@bufbuild/protobuf";
import { createRouterTransport } from "@connectrpc/connect";
import { TransportProvider } from "@connectrpc/connect-query";
import { AnalysisService } from "@sound-forge-alchemy/api/alchemy/analysis/v1/analysis_service_pb.js";
import { type Curve, CurveKind, CurveSchema, Feature, ResultsSchema } from "@sound-forge-alchemy/api/alchemy/analysis/v1/results_pb.js";
import { Mode } from "@sound-forge-alchemy/api/alchemy/type/v1/music_pb.js";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";

import { musicOf } from "../music/music";
import { TooltipProvider } from "../ui/Tooltip";
import { Plots } from "./Plots";

// Nothing is laid out here: left of the plots are 56 pixels, and each of the forty seconds has fifteen.
vi.mock("../studio/use-size", () => ({ useSize: () => ({ width: 656, height: 900 }) }));
const pixelOf = (second: number) => 56 + second * 15;

const SECONDS = 40;
const curve = (kind: CurveKind, valueAt: (second: number) => number): Curve =>
  create(CurveSchema, { kind, step: 1, dimensions: 1, values: Array.from({ length: SECONDS }, (_, second) => valueAt(second)) });
/** C for twenty seconds, then A and E. */
const chroma = create(CurveSchema, {
  kind: CurveKind.CHROMA,
  step: 1,
  dimensions: 12,
  values: Array.from({ length: SECONDS * 12 }, (_, at) => {
    const [second, note] = [Math.floor(at / 12), at % 12];
    return second < 20 ? Number(note === 0) : note === 9 ? 1 : note === 4 ? 0.7 : 0.1;
  }),
});
const CURVES = new Map(
  [
    chroma,
    curve(CurveKind.ENERGY, (second) => -30 + second / 4),
    curve(CurveKind.MOMENTARY_LUFS, () => -14.2),
    curve(CurveKind.SHORT_TERM_LUFS, (second) => (second < 3 ? NaN : -16)),
    curve(CurveKind.TEMPO, () => 120),
    curve(CurveKind.F0, (second) => (second < 20 ? NaN : 440)),
  ].map((one) => [one.kind, one]),
);

const RESULTS = create(ResultsSchema, {
  name: "tracks/t/analyses/current",
  revision: 1n,
  duration: SECONDS,
  provenance: [{ feature: Feature.SPECTROGRAM }],
  rhythm: { tempo: { bpm: 120 }, beats: Array.from({ length: 80 }, (_, i) => ({ time: i / 2, position: (i % 4) + 1 })) },
  tonality: { estimate: { key: { tonic: 9, mode: Mode.MINOR } } },
  chords: { source: ["accompaniment"], chords: [{ start: 0, end: 20, label: "C:maj", simple: "C:maj" }, { start: 20, end: 40, label: "A:min7", simple: "A:min" }] },
  form: { sections: [{ start: 0, end: 20, group: "A", label: "verse" }, { start: 20, end: 40, group: "B", label: "chorus" }] },
  loudness: { integratedLufs: -15 },
});

function open(results = RESULTS, curves: ReadonlyMap<CurveKind, Curve> = CURVES) {
  const transport = createRouterTransport(({ service }) => {
    service(AnalysisService, {
      // Two bands a second: the lower is silent, the upper at -40 dB.
      getSpectrogram: () => ({ spectrogram: { step: 1, bandHz: [100, 1000], levels: Uint8Array.from({ length: SECONDS * 2 }, (_, at) => (at % 2 ? 155 : 0)) } }),
    });
  });
  render(
    <TransportProvider transport={transport}>
      <QueryClientProvider client={new QueryClient()}>
        <TooltipProvider>
          <Plots results={results} music={musicOf(results, 0, SECONDS)} curves={curves} />
        </TooltipProvider>
      </QueryClientProvider>
    </TransportProvider>,
  );
}

afterEach(cleanup);

const plot = (name: string) => screen.getByRole("slider", { name });
const read = (name: string) => plot(name).getAttribute("aria-valuetext");
const pointAt = (name: string, second: number) => fireEvent.pointerMove(plot(name), { clientX: pixelOf(second), pointerType: "mouse" });

test("wherever one points, every plot says what is there", async () => {
  open();
  pointAt("Energy", 24);
  expect(read("Energy")).toBe("0:24.0, −24.0 dB");
  expect(read("Chroma and chords")).toBe("0:24.0, chord Am7 · notes A, E");
  expect(read("Melody")).toBe("0:24.0, A4 440 Hz");
  expect(read("Loudness")).toBe("0:24.0, momentary −14.2 LUFS · short-term −16.0 LUFS");
  expect(read("Tempo")).toBe("0:24.0, 120.0 BPM");
  await waitFor(() => expect(read("Spectrogram")).toBe("0:24.0, loudest at 1.0 kHz, −40.0 dB"));
  expect(screen.getByText("−24.0 dB")).toBeTruthy(); // beside the pointer too
  pointAt("Energy", 2);
  expect(read("Loudness")).toBe("0:02.0, momentary −14.2 LUFS"); // three seconds are not over yet
  expect(read("Melody")).toBe("0:02.0, nobody sings");
});

test("over the spectrogram, the height of the pointer is a frequency", async () => {
  open();
  vi.spyOn(plot("Spectrogram"), "getBoundingClientRect").mockReturnValue(new DOMRect(56, 0, 600, 192));
  await waitFor(() => {
    fireEvent.pointerMove(plot("Spectrogram"), { clientX: pixelOf(10), clientY: 190 });
    expect(read("Spectrogram")).toBe("0:10.0, 100 Hz: −102.0 dB");
  });
  fireEvent.pointerMove(plot("Spectrogram"), { clientX: pixelOf(10), clientY: 3 });
  expect(read("Spectrogram")).toBe("0:10.0, 1.0 kHz: −40.0 dB");
});

test("when the pointer leaves, nothing is read, and the place is kept for the keyboard", () => {
  open();
  pointAt("Energy", 24);
  fireEvent.pointerMove(plot("Energy"), { clientX: 10 }); // left of the plots
  expect(read("Energy")).toBe("0:24.0");
  fireEvent.focus(plot("Tempo"));
  expect(read("Tempo")).toBe("0:24.0, 120.0 BPM");
});

test("keys move the cursor by steps, bars and parts, and to the ends", async () => {
  open();
  plot("Energy").focus();
  const press = async (keys: string) => {
    await userEvent.keyboard(keys);
    return read("Energy")?.split(",")[0];
  };
  expect(await press("{ArrowRight}")).toBe("0:00.4"); // a hundredth of what is in sight
  expect(await press("{Shift>}{ArrowRight}{/Shift}")).toBe("0:02.0");
  expect(await press(".")).toBe("0:20.0");
  expect(await press(",")).toBe("0:00.0");
  expect(await press("{End}")).toBe("0:40.0");
  expect(await press("{Home}")).toBe("0:00.0");
});

test("a part that is clicked is looked at, and one gets back", async () => {
  open();
  await userEvent.click(screen.getByRole("button", { name: "Chorus B, 0:20 to 0:40: look at it" }));
  expect(plot("What is in sight").getAttribute("aria-valuetext")).toBe("0:20.0 – 0:40.0");
  pointAt("Energy", 20); // half the width
  expect(read("Energy")).toBe("0:30.0, −22.5 dB");
  await userEvent.click(screen.getByRole("button", { name: "Show all" }));
  expect(screen.queryByRole("slider", { name: "What is in sight" })).toBeNull();
});

test("a sentence says what each plot shows, and the i what it means", async () => {
  open();
  expect(screen.getByText("2 parts, of 2 kinds: Verse A, Chorus B.")).toBeTruthy();
  expect(screen.getByText("Most of it is C, A, E; the chords are mostly C, Am7.")).toBeTruthy();
  expect(screen.getByText("Steady at 120.0 BPM.")).toBeTruthy();
  expect(screen.getByText("Strongest at 0:39 with −20.3 dB.")).toBeTruthy();
  await userEvent.click(screen.getByRole("button", { name: "About Chroma and chords" }));
  expect(screen.getByRole("dialog", { name: "Chroma and chords" }).textContent).toMatch(/twelve notes.*Measured on accompaniment\./);
});

test("what could not be measured says why, in its place", () => {
  open(
    create(ResultsSchema, {
      name: "tracks/t/analyses/current",
      duration: SECONDS,
      shortfalls: [
        { feature: Feature.FORM, message: "A form needs more than a few bars." },
        { feature: Feature.MELODY, message: "No voice stands out." },
      ],
    }),
    new Map(),
  );
  expect(screen.queryAllByRole("slider")).toHaveLength(0);
  const region = (name: string) => screen.getByRole("region", { name }).textContent;
  expect(region("Structure")).toContain("A form needs more than a few bars.");
  expect(region("Melody")).toContain("No voice stands out.");
  expect(region("Tempo")).toContain("Not measured.");
});
