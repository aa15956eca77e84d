import { AudioLines, ScanSearch } from "lucide-react";

import { text } from "../text/en";
import { Button } from "../ui/Button";
import { Menu } from "../ui/Menu";
import { stemTitle } from "../ui/stems";

/** Measures again; of a song with stems, what it is measured on can be chosen. */
export function MeasureMenu({
  stems,
  onMeasure,
}: {
  stems: readonly { artifact: string; stem: string }[];
  onMeasure: (what?: { mixOnly?: boolean; artifact?: string }) => void;
}) {
  const words = text.analysis;
  if (stems.length === 0) {
    return (
      <Button icon={ScanSearch} onClick={() => onMeasure()}>
        {words.again}
      </Button>
    );
  }
  return (
    <Menu
      items={[
        { text: words.source.measureAll, icon: ScanSearch, onSelect: () => onMeasure() },
        { text: words.source.whole, icon: ScanSearch, onSelect: () => onMeasure({ mixOnly: true }) },
        ...stems.map(({ artifact, stem }) => ({ text: words.source.stem(stemTitle(stem)), icon: AudioLines, onSelect: () => onMeasure({ artifact }) })),
      ]}
    >
      <Button icon={ScanSearch}>{words.again}</Button>
    </Menu>
  );
}
