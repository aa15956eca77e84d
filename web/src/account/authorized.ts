/** Where calls get their tokens from. */
export interface Tokens {
  token: (signal?: AbortSignal | null) => Promise<string | undefined>;
  refused: (token: string) => Promise<void>;
}

/** Sends a request with a token, and again with another one for as long as there is another and the gateway refuses. */
export async function authorized<R extends { status: number }>(
  tokens: Tokens,
  signal: AbortSignal | null | undefined,
  send: (token: string | undefined) => Promise<R>,
): Promise<R> {
  for (;;) {
    const token = await tokens.token(signal);
    const answer = await send(token);
    if (answer.status !== 401 || token === undefined) return answer;
    await tokens.refused(token);
  }
}

/** `fetch` for calls to the mesh. Bodies must be such that can be sent twice. */
export function authorizedFetch(tokens: Tokens): typeof fetch {
  return (input, init) =>
    authorized(tokens, init?.signal, (token) => {
      const headers = new Headers(init?.headers);
      if (token !== undefined) headers.set("Authorization", `Bearer ${token}`);
      return fetch(input, { ...init, headers });
    });
}
