/** JSON-RPC over HTTP on loopback, as chains' nodes speak it. */

const requestMs = 30_000

export type JsonRpc = <Answer>(method: string, ...params: readonly unknown[]) => Promise<Answer>

/** An error of the node is thrown with its message. */
export const jsonRpc =
  (url: string, headers: Readonly<Record<string, string>> = {}): JsonRpc =>
  async <Answer>(method: string, ...params: readonly unknown[]) => {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
      signal: AbortSignal.timeout(requestMs),
    })
    const body = (await answer.json()) as { result?: Answer; error?: { message: string } | null }
    if (body.error !== undefined && body.error !== null) throw new Error(body.error.message)
    return body.result as Answer
  }
