import { text } from "../text/en";
import { Choice } from "../ui/Choice";
import { SearchField } from "../ui/SearchField";
import { type JobFilter, KINDS, STATES } from "./filter";

const ANY = "any";

/** Which jobs show: by words, by what has become of them, by kind. */
export function JobFilters({ filter, onChange }: { filter: JobFilter; onChange: (filter: JobFilter) => void }) {
  const words = text.jobs.filter;
  return (
    <>
      <SearchField label={words.search} clearLabel={words.clearSearch} value={filter.words} onChange={(words) => onChange({ ...filter, words })} />
      <Choice
        label={words.state}
        value={filter.state ?? ANY}
        options={[{ value: ANY, text: words.anyState }, ...STATES.map((value) => ({ value, text: words.states[value] }))]}
        onChange={(value) => onChange({ ...filter, state: STATES.find((state) => state === value) })}
      />
      <Choice
        label={words.kind}
        value={filter.kind ?? ANY}
        options={[{ value: ANY, text: words.anyKind }, ...KINDS.map((value) => ({ value, text: words.kinds[value] }))]}
        onChange={(value) => onChange({ ...filter, kind: KINDS.find((kind) => kind === value) })}
      />
    </>
  );
}
