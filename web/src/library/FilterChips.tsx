import { X } from "lucide-react";

import { camelotCode, shortKey } from "../music/pitch";
import { text } from "../text/en";
import { Button } from "../ui/Button";
import type { MusicFilter } from "./music-filter";
import styles from "./MusicFilters.module.css";

/** What tempo and key are looked for, each to be taken away with a click. */
export function FilterChips({ filter, onChange }: { filter: MusicFilter; onChange: (filter: MusicFilter) => void }) {
  const { slowest, fastest, octaves, key, mixing } = filter;
  const tempo = slowest !== undefined || fastest !== undefined;
  if (!tempo && !key) return null;
  const words = text.library.music;
  const chip = (name: string, rest: MusicFilter) => (
    <Button icon={X} aria-label={words.without(name)} onClick={() => onChange(rest)}>
      {name}
    </Button>
  );
  return (
    <div className={styles.bar} role="group" aria-label={words.active}>
      {tempo && chip(words.tempo(slowest, fastest, octaves), { ...filter, slowest: undefined, fastest: undefined })}
      {key && chip(mixing ? words.mixesWith(shortKey(key), camelotCode(key)) : words.inKey(shortKey(key), camelotCode(key)), { ...filter, key: undefined })}
    </div>
  );
}
