import { fromCbor, toCbor } from '@holdfast/base/cbor'
import { refuse } from '@holdfast/base/errors'
import { frameBytesMax } from '@holdfast/base/limits'
import type { Core } from '@holdfast/enclave/core/core-interface'
import { afterEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { createTestCore } from '../testing/test-core.ts'
import { bootOf, silentLogs } from '../testing/tls-identity.ts'
import { createFairTurns } from './fair-turns.ts'
import { type HttpListener, listenHttp } from './http.ts'

const listeners: HttpListener[] = []
afterEach(async () => {
  await Promise.all(listeners.splice(0).map((listener) => listener.stop()))
})

const listen = async (overrides: Partial<Core> = {}) => {
  const core = createTestCore(overrides)
  const listening = await listenHttp({
    address: { host: '127.0.0.1', port: 0 },
    core,
    turns: createFairTurns(),
    manifests: () => Buffer.from(''),
    openApi: Buffer.from(''),
    observe: () => undefined,
    logs: silentLogs,
  })
  if (!listening.ok) throw new Error(listening.refusal.code)
  listeners.push(listening.value)
  return { core, listener: listening.value, url: `ws://127.0.0.1:${listening.value.port}` }
}

const opening = toCbor([bootOf('a'), Uint8Array.of(1), Uint8Array.of(2)])

/** A client that keeps what it received: binary as latin1, text as `text …`. */
const connect = (url: string, first?: Uint8Array | string) => {
  const socket = new WebSocket(url)
  const received: string[] = []
  socket.on('message', (data: Buffer, isBinary) => {
    received.push(isBinary ? data.toString('latin1') : `text ${data.toString('utf8')}`)
  })
  socket.on('error', () => undefined)
  const closed = new Promise<number>((resolve) => socket.on('close', resolve))
  const opened = new Promise<void>((resolve) => socket.on('open', () => resolve()))
  if (first !== undefined) socket.on('open', () => socket.send(first))
  return { socket, received, closed, opened }
}

const until = async (holds: () => boolean): Promise<void> => {
  for (let waited = 0; !holds(); waited += 5) {
    if (waited > 10_000) throw new Error('waited for too long')
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

describe('a WebSocket of a sealed session', () => {
  it('opens with its first message, then carries frames, and ends the session', async () => {
    const { core, url } = await listen()
    const { socket, received, closed } = connect(`${url}/v1/session`, opening)
    await until(() => received.length === 1)
    const [session, message] = fromCbor(Buffer.from(received[0]!, 'latin1')) as [string, Uint8Array]
    expect([...message]).toEqual([2])
    socket.send(Buffer.from('abc'))
    await until(() => received.length === 2)
    expect(received[1]).toBe('cba')
    socket.close()
    await closed
    await until(() => core.calls.length === 3)
    expect(core.calls).toEqual([`open ${bootOf('a')}`, 'frame abc', `close ${session}`])
  })

  it('gives frames to the core in the order of arrival, those before the opening too', async () => {
    const slowly: Partial<Core> = {
      openSession: async (untrusted) => {
        await new Promise((resolve) => setTimeout(resolve, 50))
        return createTestCore().openSession(untrusted)
      },
    }
    const { core, url } = await listen(slowly)
    const { socket, received, opened } = connect(`${url}/v1/session`, opening)
    await opened
    const frames = Array.from({ length: 200 }, (_, index) => `${index}`)
    for (const frame of ['slow', ...frames]) socket.send(Buffer.from(frame))
    await until(() => received.length === 202)
    expect(core.calls).toEqual(['slow', ...frames].map((frame) => `frame ${frame}`))
    socket.terminate()
  })

  it('answers in the order of settling', async () => {
    const { url } = await listen()
    const { socket, received } = connect(`${url}/v1/session`, opening)
    await until(() => received.length === 1)
    socket.send(Buffer.from('slow'))
    socket.send(Buffer.from('ab'))
    await until(() => received.length === 3)
    expect(received.slice(1)).toEqual(['ba', 'wols'])
    socket.terminate()
  })

  it('reads no more than its bound of unanswered frames, and goes on when they are', async () => {
    let waiting = 0
    let most = 0
    let release = (): void => undefined
    const gate = new Promise<void>((resolve) => {
      release = resolve
    })
    const { url } = await listen({
      sessionFrame: async (_session, frame) => {
        waiting += 1
        most = Math.max(most, waiting)
        await gate
        waiting -= 1
        return { ok: true, value: frame }
      },
    })
    const { socket, received } = connect(`${url}/v1/session`, opening)
    await until(() => received.length === 1)
    const frame = Buffer.alloc(16 * 1024)
    for (let index = 0; index < 1000; index += 1) socket.send(frame)
    // Answers that wait hold their turn for a while each.
    await until(() => most >= 256)
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(most).toBeLessThan(300)
    release()
    await until(() => received.length === 1001)
    socket.terminate()
  })

  it('refuses with a problem in text and the close code of its status', async () => {
    const { url, core } = await listen()
    const refusals: readonly (readonly [Uint8Array | string, number, string])[] = [
      ['text', 4000, 'malformed'],
      [Uint8Array.of(0xff), 4000, 'malformed'],
      [toCbor(['boot_', Uint8Array.of(1), Uint8Array.of(1)]), 4000, 'invalid_field'],
      [new Uint8Array(5000), 4013, 'too_large'],
    ]
    for (const [first, status, code] of refusals) {
      const { received, closed } = connect(`${url}/v1/session`, first)
      expect(await closed).toBe(status)
      expect(JSON.parse(received[0]!.slice(5))).toMatchObject({ code })
    }
    expect(core.calls).toEqual([])
  })

  it('ends where the core refuses the session or a frame, and hides a fault', async () => {
    const refused = await listen({ openSession: async () => refuse('not_ready', 'not yet') })
    expect(await connect(`${refused.url}/v1/session`, opening).closed).toBe(4103)
    const { url } = await listen()
    for (const [frame, status] of [
      ['fail', 4001],
      ['throw', 4100],
    ] as const) {
      const { socket, received, closed } = connect(`${url}/v1/session`, opening)
      await until(() => received.length === 1)
      socket.send(Buffer.from(frame))
      expect(await closed).toBe(status)
      expect(received[1]).not.toContain('canary')
    }
  })

  it('cuts a frame over the limit', async () => {
    const { url, core } = await listen()
    const { socket, received, closed } = connect(`${url}/v1/session`, opening)
    await until(() => received.length === 1)
    socket.send(Buffer.alloc(frameBytesMax + 1))
    expect(await closed).toBe(1009)
    expect(core.calls.filter((call) => call.startsWith('frame'))).toEqual([])
  })

  it('is to be had on its own path alone', async () => {
    const { url } = await listen()
    const { socket } = connect(`${url}/v1/node`)
    const status = await new Promise((resolve) => {
      socket.on('unexpected-response', (_request, response) => resolve(response.statusCode))
    })
    expect(status).toBe(404)
  })

  it('holds a thousand idle connections in bounded memory, and lets them all go', async () => {
    const { url, listener } = await listen()
    const before = process.memoryUsage().rss
    const clients = Array.from({ length: 1000 }, () => connect(`${url}/v1/session`, opening))
    await until(() => clients.every(({ received }) => received.length === 1))
    expect(listener.connections()).toEqual({ all: 1000, webSockets: 1000 })
    // Both ends live in this process.
    const each = (process.memoryUsage().rss - before) / 1000
    expect(each).toBeLessThan(200 * 1024)
    for (const { socket } of clients) socket.terminate()
    await until(() => listener.connections().all === 0)
    expect(listener.connections().webSockets).toBe(0)
  })
})
