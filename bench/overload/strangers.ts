/** Strangers who ask for evidence as fast as they are answered, on connections that are kept. */
import { Agent, get } from 'node:http'

export const startStrangers = (origin: string, connections: number) => {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const url = `${origin}/v1/evidence?nonce=${'00'.repeat(32)}`
  let answered = 0
  let refused = 0
  let stopping = false
  const ask = (): void => {
    if (stopping) return
    get(url, { agent }, (response) => {
      response.resume()
      response.once('end', () => {
        if (response.statusCode === 200) answered += 1
        else refused += 1
        ask()
      })
    }).once('error', () => undefined)
  }
  for (let open = 0; open < connections; open += 1) ask()
  return {
    counts: () => ({ answered, refused }),
    stop: (): void => {
      stopping = true
      agent.destroy()
    },
  }
}
