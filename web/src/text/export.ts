import type { Bundle, Form, Format, Kind } from "../export/choices";
import { isolated } from "./format";
import { lazily } from "./lazily";

/** So many titles are told; of more, how many there are. */
const NAMED = 3;
const LIST = lazily(() => new Intl.ListFormat("en"));

/** The texts of exports. */
export const exportText = {
  open: "Export",
  title: "Export",
  titleOf: (n: number, title: string) => (n === 1 ? `Export “${isolated(title)}”` : `Export ${n} tracks`),
  have: {
    stems: (n: number, all: number) => {
      if (n > 0) return `${n} of ${all} tracks ${n === 1 ? "has" : "have"} stems.`;
      return all === 1 ? "This track has no stems yet. Separate it first." : `None of these ${all} tracks has stems yet. Separate them first.`;
    },
    theseStems: (n: number, all: number) => `${n} of ${all} tracks ${n === 1 ? "has" : "have"} these stems.`,
    analysis: (n: number, all: number) => {
      if (n > 0) return `${n} of ${all} tracks ${n === 1 ? "is" : "are"} analysed.`;
      return all === 1 ? "This track is not analysed yet. Analyse it first." : `None of these ${all} tracks is analysed yet. Analyse them first.`;
    },
  },
  leftOut: (titles: readonly string[]) => {
    const [named, more] = [titles.slice(0, NAMED).map((title) => `“${isolated(title)}”`), titles.length - NAMED];
    return `Left out: ${LIST().format(more > 0 ? [...named, `${more} more`] : named)}.`;
  },
  kinds: { mix: "Mix", stems: "Stems", bundle: "One file", analysis: "Analysis" } satisfies Record<Kind, string>,
  kindsOfMany: { bundle: "One file each", stems: "Stems", analysis: "Analysis" } satisfies Partial<Record<Kind, string>>,
  mixWords: "The mix as it stands on the desk.",
  silent: "Everything is muted. Unmute a stem to export the mix.",
  muted: "muted",
  gain: (db: number) => (Math.abs(db) < 0.05 ? "0 dB" : `${db > 0 ? "+" : "−"}${Math.abs(db).toFixed(1)} dB`),
  panned: (pan: number) => (Math.abs(pan) < 0.005 ? "centre" : `${Math.round(Math.abs(pan) * 100)} ${pan < 0 ? "L" : "R"}`),
  unshifted: "Tempo and pitch are not exported: the mix plays as the song was recorded.",
  part: "Part",
  whole: "Whole song",
  loop: (from: string, to: string) => `Loop, ${from} – ${to}`,
  format: "Format",
  formats: { wav: "WAV", flac: "FLAC", mp3: "MP3, 320 kbit/s", m4a: "AAC, 256 kbit/s", ogg: "Ogg Vorbis", opus: "Opus" } satisfies Record<Format, string>,
  depth: "Bit depth",
  depths: (bits: number) => (bits === 32 ? "32 bit float" : `${bits} bit`),
  loudness: "Loudness",
  target: (lufs: number) => {
    const uses: Readonly<Partial<Record<number, string>>> = { [-9]: "club", [-14]: "streaming", [-16]: "podcast", [-18]: "ReplayGain", [-23]: "broadcast" };
    return lufs === 0 ? "As it is" : `${minus(lufs, 0)} LUFS, ${uses[lufs] ?? ""}`;
  },
  stemsWords: "Each stem as a file of its own, as it was separated.",
  chooseStems: "Choose at least one stem.",
  bundles: {
    zip: ["Zip archive", "Every stem as it is on the server, with a note on model and licence."],
    stemMp4: ["Stem file (.stem.mp4)", "For Traktor and Mixxx: the mix and four stems in one file."],
  } satisfies Record<Bundle, [string, string]>,
  bundleLabel: "Kind of file",
  forms: {
    midi: ["MIDI", "Tempo, bars, markers and chords"],
    beats: ["Beats, CSV", "Each beat with its place in the bar"],
    chords: ["Chords, CSV", "Start, end and name of each chord"],
    sections: ["Sections, CSV", "Start, end and label of each part"],
    labels: ["Audacity labels", "Bars, chords, sections and cues"],
    click: ["Click track, WAV", "A click at each beat, as long as the song"],
    plot: ["Picture, PNG", "Waveform, chords, loudness, spectrogram"],
    json: ["Everything, JSON", "All results and curves"],
  } satisfies Record<Form, [string, string]>,
  analysisWords: "What was measured of the song, for other programs.",
  chooseForms: "Choose at least one.",
  go: (n: number) => (n < 2 ? "Export" : `Export ${n} files`),
  notWritten: "The file could not be written here. Is there room on the disk?",
  tray: {
    label: "Exports",
    count: (n: number) => (n === 1 ? "One export" : `${n} exports`),
    exporting: (ended: number, all: number) => (all === 1 ? "Exporting" : `Exporting, ${ended} of ${all} done`),
    failed: (n: number) => `${n} failed`,
    cancelAll: "Cancel all exports",
    waiting: "Waiting",
    making: (percent: string) => percent,
    received: (size: string) => size,
    preparing: "Preparing",
    done: (size: string, remark: string) => (remark ? `${size} · ${remark}` : size),
    cancelled: "Cancelled",
    cancel: (name: string) => `Cancel the export of ${name}`,
    again: (name: string) => `Export ${name} again`,
    clear: "Clear the list",
  },
  loudnessOf: (lufs: number) => `${minus(lufs, 1)} LUFS`,
  ceiling: (lufs: number) => `reached ${minus(lufs, 1)} LUFS; louder, its peaks would clip`,
  fullScale: (db: number) => `made ${db.toFixed(1)} dB quieter, so that nothing clips`,
} as const;

function minus(value: number, digits: number): string {
  return `${value < 0 ? "−" : ""}${Math.abs(value).toFixed(digits)}`;
}
