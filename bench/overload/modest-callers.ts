/** Callers who ask little: one signature at a time, twenty a second each; how long each takes. */
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { signRequests } from '../client/sign-requests.ts'
import { openWalletSession, type SessionOptions } from '../load/session-load.ts'

const pauseMs = 50

export type Latency = {
  readonly count: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly slowestMs: number
}

const latencyOf = (times: readonly number[]): Latency => {
  const sorted = times.toSorted((a, b) => a - b)
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
  return { count: sorted.length, p50Ms: at(0.5), p99Ms: at(0.99), slowestMs: at(1) }
}

/** `callers` sessions, opened before; every signature is verified by nobody and timed. */
export const openModestCallers = async (options: SessionOptions, callers: number) => {
  const opened = await Promise.all(
    Array.from({ length: callers }, () => openWalletSession(options)),
  )
  return {
    measure: async (seconds: number): Promise<Latency> => {
      const until = performance.now() + seconds * 1000
      const times: number[] = []
      await Promise.all(
        opened.map(async ({ socket, session }) => {
          const next = signRequests(options.wallet)
          while (performance.now() < until) {
            const startedMs = performance.now()
            socket.send(session.seal(next()))
            const [data] = (await once(socket, 'message')) as [Buffer]
            times.push(performance.now() - startedMs)
            session.open(new Uint8Array(data))
            await delay(pauseMs)
          }
        }),
      )
      return latencyOf(times)
    },
    stop: (): void => {
      for (const { socket } of opened) socket.terminate()
    },
  }
}
