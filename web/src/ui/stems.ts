import { text } from "../text/en";

const COLOURS: Readonly<Partial<Record<string, string>>> = {
  vocals: "var(--stem-vocals)",
  drums: "var(--stem-drums)",
  bass: "var(--stem-bass)",
  other: "var(--stem-other)",
  accompaniment: "var(--stem-other)",
  guitar: "var(--stem-guitar)",
  piano: "var(--stem-piano)",
};

/** A stem's colour, the same everywhere. */
export function stemColour(stem: string): string {
  return COLOURS[stem] ?? "var(--stem-mix)";
}

/** A stem's name for people: "no-vocals" is "Without vocals". */
export function stemTitle(stem: string): string {
  const known = text.stems[stem];
  if (known) return known;
  if (stem.startsWith("no-")) {
    return text.without(stem.slice(3).split("-").map((one) => (text.stems[one] ?? one).toLowerCase()).join(", "));
  }
  return stem.charAt(0).toUpperCase() + stem.slice(1).replaceAll("-", " ");
}
