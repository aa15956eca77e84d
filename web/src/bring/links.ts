/** Whether somebody's text is an address rather than words to search for. */
export function looksLikeLink(words: string): boolean {
  return /^(https?:\/\/|spotify:)\S+$/i.test(words.trim());
}

/** Whether an address belongs to Spotify, which names songs and holds no audio. */
export function isSpotifyLink(words: string): boolean {
  return /^(spotify:|https?:\/\/([a-z]+\.)?spotify\.(com|link)\/)/i.test(words.trim());
}
