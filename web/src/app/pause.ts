/** Lets the browser do what waits for it: answer to a key, draw. */
export function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}
