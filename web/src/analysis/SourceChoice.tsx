import { text } from "../text/en";
import { Choice } from "../ui/Choice";
import { stemTitle } from "../ui/stems";
import type { Source } from "./sources";

const CURRENT = "current";

/** On what the music that shows was measured, where there is a choice. */
export function SourceChoice({
  sources,
  chosen,
  choose,
}: {
  /** The newest analysis of each source. */
  sources: readonly Source[];
  /** Undefined = the newest measurement of each feature. */
  chosen: Source | undefined;
  choose: (source: Source | undefined) => void;
}) {
  if (sources.length < 2) return null;
  return (
    <Choice
      label={text.analysis.source.label}
      value={chosen?.analysis ?? CURRENT}
      options={[{ value: CURRENT, text: text.analysis.source.current }, ...sources.map((source) => ({ value: source.analysis, text: nameOf(source) }))]}
      onChange={(value) => choose(sources.find(({ analysis }) => analysis === value))}
    />
  );
}

function nameOf({ stem, stems }: Source): string {
  const words = text.analysis.source;
  if (stem) return words.stem(stemTitle(stem));
  return stems.length > 0 ? words.stems(stems.map((one) => stemTitle(one).toLowerCase()).join(", ")) : words.whole;
}
