import type { Analysis } from "@sound-forge-alchemy/api/alchemy/analysis/v1/analysis_pb.js";
import { JobState } from "@sound-forge-alchemy/api/alchemy/type/v1/job_pb.js";

/** Something that a song's music was measured on, and the newest analysis of it. */
export interface Source {
  /** The analysis, `tracks/{track}/analyses/{analysis}`. */
  analysis: string;
  /** The stem that was measured alone; empty if it was the song. */
  stem: string;
  /** The stems that helped to measure the song; none = the mix alone. */
  stems: readonly string[];
}

/** What a track was measured on: each source once, newest first. Files that are gone, or no stems, are left out. */
export function sourcesOf(track: string, analyses: Iterable<Analysis>, stemOf: (artifact: string) => string | undefined): Source[] {
  const done = [...analyses]
    .filter(({ name, state }) => name.startsWith(`${track}/`) && state === JobState.SUCCEEDED)
    .sort((a, b) => (a.name < b.name ? 1 : -1));
  const sources = new Map<string, Source>();
  for (const { name, artifact, stems } of done) {
    const stem = artifact ? stemOf(artifact) : "";
    const key = stem ? artifact : [...stems].sort().join(" ");
    if (stem !== undefined && !sources.has(key)) sources.set(key, { analysis: name, stem, stems });
  }
  return [...sources.values()];
}
