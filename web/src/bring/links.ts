/** Whether somebody's text is an address rather than words to search for. */
export function looksLikeLink(words: string): boolean {
  return /^(https?:\/\/|spotify:)\S+$/i.test(words.trim());
}
