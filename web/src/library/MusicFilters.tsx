import { SlidersHorizontal } from "lucide-react";

import { camelotCode, shortKey } from "../music/pitch";
import { WHEEL } from "../music/wheel";
import { text } from "../text/en";
import { Button } from "../ui/Button";
import { CheckRow } from "../ui/CheckRow";
import { Choice } from "../ui/Choice";
import { Field } from "../ui/Field";
import { Popover } from "../ui/Popover";
import type { MusicFilter } from "./music-filter";
import styles from "./MusicFilters.module.css";

const ANY = "any";

/** Opens the choice of tempo and key. */
export function MusicFilters({ filter, onChange }: { filter: MusicFilter; onChange: (filter: MusicFilter) => void }) {
  const words = text.library.music;
  const tempo = (label: string, value: number | undefined, change: (bpm: number | undefined) => MusicFilter) => (
    <Field
      label={label}
      type="number"
      min={1}
      max={999}
      value={value ?? ""}
      onChange={({ target }) => onChange(change(Number(target.value) > 0 ? Number(target.value) : undefined))}
    />
  );
  return (
    <Popover
      label={words.title}
      trigger={
        <Button icon={SlidersHorizontal} compact title={words.title}>
          {words.title}
        </Button>
      }
    >
      <h2>{words.title}</h2>
      <div className={styles.range}>
        {tempo(words.from, filter.slowest, (slowest) => ({ ...filter, slowest }))}
        {tempo(words.to, filter.fastest, (fastest) => ({ ...filter, fastest }))}
      </div>
      <CheckRow label={words.octaves} hint={words.octavesHint} checked={filter.octaves} onChange={(octaves) => onChange({ ...filter, octaves })} />
      <Choice
        label={words.key}
        value={filter.key ? camelotCode(filter.key) : ANY}
        options={[{ value: ANY, text: words.anyKey }, ...WHEEL.map((key) => ({ value: camelotCode(key), text: words.keyOption(shortKey(key), camelotCode(key)) }))]}
        onChange={(code) => onChange({ ...filter, key: WHEEL.find((key) => camelotCode(key) === code) })}
      />
      <CheckRow label={words.mixing} hint={words.mixingHint} checked={filter.mixing} onChange={(mixing) => onChange({ ...filter, mixing })} />
    </Popover>
  );
}
