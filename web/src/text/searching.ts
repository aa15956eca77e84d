/** Whether a text, in lower case, has all the words that somebody looks for. */
export function looksFor(search: string): (text: string) => boolean {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return (text) => words.every((word) => text.includes(word));
}
