import { exportText } from "../text/export";
import { RadioCards } from "../ui/RadioCards";
import { BUNDLES, type Choices } from "./choices";

/** All stems in one file. */
export function BundlePart({ choices, onChoices }: { choices: Choices; onChoices: (choices: Choices) => void }) {
  return (
    <RadioCards
      label={exportText.bundleLabel}
      value={choices.bundle}
      options={BUNDLES.map((value) => ({ value, text: exportText.bundles[value][0], words: exportText.bundles[value][1] }))}
      onChange={(bundle) => onChoices({ ...choices, bundle })}
    />
  );
}
