const GROUPS = 6;

/** The colour of the parts of a song that share a letter. */
export function groupColour(letter: string): string {
  return `var(--group-${(((letter.charCodeAt(0) - 65) % GROUPS) + GROUPS) % GROUPS})`;
}
