import { connect as connectPlain } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { fromCbor, toCbor } from '@holdfast/base/cbor'
import { refuse } from '@holdfast/base/errors'
import type { Core } from '@holdfast/enclave/core/core-interface'
import { afterEach, describe, expect, it } from 'vitest'
import { bodyBytesMax } from '../limits.ts'
import { createTestCore, type TestCore } from '../testing/test-core.ts'
import { bootOf, silentLogs, testTlsIdentity } from '../testing/tls-identity.ts'
import { createFairTurns } from './fair-turns.ts'
import { type HttpListener, listenHttp } from './http.ts'
import { openApiDocument } from './openapi.ts'

const listeners: HttpListener[] = []
afterEach(async () => {
  await Promise.all(listeners.splice(0).map((listener) => listener.stop()))
})

const observed: string[] = []

const listen = async (options: { core?: Partial<Core>; tls?: boolean } = {}) => {
  const core: TestCore = createTestCore(options.core)
  const listening = await listenHttp({
    address: { host: '127.0.0.1', port: 0 },
    ...(options.tls === true ? { tls: testTlsIdentity('eu', 'a') } : {}),
    core,
    turns: createFairTurns(),
    manifests: () => Buffer.from('{"manifests":[]}'),
    openApi: openApiDocument('0.1.0'),
    observe: ({ route, status }) => observed.push(`${route} ${status}`),
    logs: silentLogs,
  })
  if (!listening.ok) throw new Error(listening.refusal.code)
  listeners.push(listening.value)
  const { port } = listening.value
  return { core, port, url: `http://127.0.0.1:${port}`, listener: listening.value }
}

const post = (url: string, body: string | Uint8Array, type: string) =>
  fetch(url, { method: 'POST', body: body as BodyInit, headers: { 'content-type': type } })

const problem = async (response: Response): Promise<{ status: number; code: string }> => {
  expect(response.headers.get('content-type')).toBe('application/problem+json')
  const { status, code } = (await response.json()) as { status: number; code: string }
  expect(status).toBe(response.status)
  return { status, code }
}

/** What the server answers to raw bytes, until it closes. */
const raw = (port: number, bytes: string): Promise<string> =>
  new Promise((resolve) => {
    const socket = connectPlain(port, '127.0.0.1', () => socket.write(bytes))
    let text = ''
    socket.on('data', (part) => {
      text += part.toString('latin1')
    })
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(text))
  })

const nonce = 'ab'.repeat(32)

describe('the HTTP listener', () => {
  it('gives the exact bytes of a request to the core and of its answer back', async () => {
    const { url } = await listen()
    const body = '{ "request":"aa" ,"authorisations":[]}\n'
    const response = await post(`${url}/v1/requests`, body, 'application/json; charset=utf-8')
    expect([response.status, await response.text()]).toEqual([200, body])
    expect(response.headers.get('content-type')).toContain('application/json')
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
  })

  it('answers manifest, evidence and node', async () => {
    const { url } = await listen()
    expect(await (await fetch(`${url}/v1/manifest`)).json()).toEqual({ manifests: [] })
    const evidence = await fetch(`${url}/v1/evidence?nonce=${nonce}&zone=eu`)
    expect(await evidence.json()).toEqual({ target: { zone: 'eu' }, nonce })
    expect(await (await fetch(`${url}/v1/node`)).json()).toMatchObject({ state: 'ready' })
  })

  it('answers with the CA of its zone once the core has one', async () => {
    const waiting = await listen()
    expect(await problem(await fetch(`${waiting.url}/v1/trust`))).toEqual({
      status: 503,
      code: 'not_ready',
    })
    const trust = { certificate: Uint8Array.of(0xff, 0xfe), signature: Uint8Array.of(1) }
    const { url } = await listen({ core: { zoneTrust: () => trust } })
    expect(await (await fetch(`${url}/v1/trust`)).json()).toEqual({
      zone: 'eu',
      boot: bootOf('a'),
      certificate: '__4',
      signature: 'AQ',
      kmip: {},
    })
  })

  it('carries a sealed session: opening, frames, end', async () => {
    const { url, core } = await listen()
    const opening = toCbor([bootOf('a'), Uint8Array.of(1), Uint8Array.of(2)])
    const opened = await post(`${url}/v1/sessions`, opening, 'application/cbor')
    const [session, message] = fromCbor(await opened.bytes()) as [string, Uint8Array]
    expect([...message]).toEqual([2])
    const path = `${url}/v1/sessions/${session}`
    const answer = await post(path, 'abc', 'application/octet-stream')
    expect(await answer.text()).toBe('cba')
    expect((await fetch(path, { method: 'DELETE' })).status).toBe(204)
    expect(core.calls).toEqual([`open ${bootOf('a')}`, 'frame abc', `close ${session}`])
  })

  it('shows refusals of the core as problems with their status and when to retry', async () => {
    const refused = async () => refuse('not_ready', 'this node has not started yet', 'zone')
    const { url } = await listen({ core: { handle: refused } })
    const response = await post(`${url}/v1/requests`, '{}', 'application/json')
    expect(response.headers.get('retry-after')).toBe('1')
    expect(await response.json()).toEqual({
      type: 'urn:holdfast:error:not_ready',
      title: 'This node is not ready',
      status: 503,
      detail: 'this node has not started yet',
      code: 'not_ready',
      retry: 'later',
      subject: 'zone',
    })
  })

  it('never shows a fault of its own', async () => {
    const { url } = await listen({ core: { handle: () => Promise.reject(new Error('canary')) } })
    const response = await post(`${url}/v1/requests`, '{}', 'application/json')
    const text = await response.text()
    expect([response.status, text.includes('canary')]).toEqual([500, false])
  })

  it('refuses unknown paths, methods and media types', async () => {
    const { url } = await listen()
    expect(await problem(await fetch(`${url}/nothing`))).toEqual({
      status: 404,
      code: 'unknown_operation',
    })
    const wrong = await fetch(`${url}/v1/requests`)
    expect(wrong.headers.get('allow')).toBe('POST, OPTIONS')
    expect(await problem(wrong)).toEqual({ status: 405, code: 'method_not_allowed' })
    const put = await fetch(`${url}/v1/node`, { method: 'PUT', body: 'x' })
    expect(await problem(put)).toEqual({ status: 405, code: 'method_not_allowed' })
    for (const type of ['text/plain', 'application/cbor', 'application/x-www-form-urlencoded']) {
      const media = await post(`${url}/v1/requests`, '{}', type)
      expect(await problem(media)).toEqual({ status: 415, code: 'unsupported_media' })
    }
    expect((await fetch(`${url}/v1/requests`, { method: 'OPTIONS' })).status).toBe(204)
    expect(await problem(await fetch(`${url}/v1/session`))).toEqual({
      status: 426,
      code: 'upgrade_required',
    })
  })

  it('refuses bodies over the limit, also where no length is said', async () => {
    const { url, core } = await listen()
    const large = new Uint8Array(bodyBytesMax + 1)
    const response = await post(`${url}/v1/requests`, large, 'application/json')
    expect(await problem(response)).toEqual({ status: 413, code: 'too_large' })
    const stream = new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(64 * 1024)),
    })
    const streamed = await fetch(`${url}/v1/requests`, {
      method: 'POST',
      body: stream,
      duplex: 'half',
      headers: { 'content-type': 'application/json' },
    } as RequestInit).catch(() => undefined)
    expect(streamed === undefined || streamed.status === 413).toBe(true)
    const opening = await post(`${url}/v1/sessions`, new Uint8Array(4097), 'application/cbor')
    expect((await problem(opening)).code).toBe('too_large')
    expect(core.calls).toEqual([])
  })

  it('refuses query fields that are unknown, repeated, wrong or too many', async () => {
    const { url } = await listen()
    const queries = [
      '',
      'nonce=ab',
      `nonce=${nonce}&nonce=${nonce}`,
      `nonce=${nonce}&wallets=x`,
      `nonce=${nonce}&zone=EU`,
      `nonce=${nonce}&zone=eu&boot=${bootOf('a')}`,
      `nonce=${nonce.toUpperCase()}`,
      `nonce=${nonce}&__proto__=x`,
    ]
    for (const query of queries) {
      const response = await fetch(`${url}/v1/evidence?${query}`)
      expect([query, (await problem(response)).code]).toEqual([query, 'invalid_field'])
    }
  })

  it('refuses session openings and names that are not sound', async () => {
    const { url } = await listen()
    const openings = [
      new Uint8Array(),
      Uint8Array.of(0xff),
      toCbor([bootOf('a'), Uint8Array.of(1)]),
      toCbor(['boot_00', Uint8Array.of(1), Uint8Array.of(2)]),
      toCbor([bootOf('a'), 'text', Uint8Array.of(2)]),
    ]
    for (const opening of openings) {
      const response = await post(`${url}/v1/sessions`, opening, 'application/cbor')
      expect((await problem(response)).status).toBe(400)
    }
    for (const name of ['ses_00', 'x', '%00', '..%2f..%2fv1', 'a'.repeat(500)]) {
      const response = await post(`${url}/v1/sessions/${name}`, 'x', 'application/octet-stream')
      expect((await problem(response)).status).toBeLessThan(500)
    }
  })

  it('answers what is no HTTP with a problem and closes', async () => {
    const { port } = await listen()
    const hostile = [
      'nonsense\r\n\r\n',
      'GET /v1/node HTTP/1.1\r\nhost: a\r\ncontent-length: x\r\n\r\n',
      'POST /v1/requests HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n',
      'GET /v1/node HTTP/1.1\r\nhost: a\r\n bad: fold\r\n\r\n',
    ]
    for (const bytes of hostile) {
      const text = await raw(port, bytes)
      expect(text.split('\r\n', 1)).toEqual(['HTTP/1.1 400 Refused'])
      expect(text).toContain('"code":"malformed"')
    }
    const header = `GET /v1/node HTTP/1.1\r\nhost: a\r\nx: ${'a'.repeat(20_000)}\r\n\r\n`
    expect(await raw(port, header)).toContain('"code":"too_large"')
    expect(
      await raw(port, 'GET /%ff%zz HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n'),
    ).toContain('problem+json')
  })

  it('lets go of what it refused, though the other side keeps its half open', async () => {
    for (const tls of [false, true]) {
      const { listener, port } = await listen({ tls })
      const options = { port, host: '127.0.0.1', allowHalfOpen: true }
      const hostile = ['nonsense\r\n\r\n', 'GET /no HTTP/1.1\r\nhost: a\r\nupgrade: websocket\r\n']
      let accepted = 0
      const sockets = hostile.map((bytes) => {
        const socket = connectPlain(options, () => {
          accepted += 1
          socket.write(`${bytes}connection: upgrade\r\n\r\n`)
        })
        return socket.on('error', () => undefined).resume()
      })
      await expect.poll(() => accepted).toBe(2)
      await expect.poll(() => listener.connections().all, { timeout: 5000 }).toBe(0)
      for (const socket of sockets) socket.destroy()
    }
  })

  it('speaks TLS 1.3 with the certificate of the node, and nothing older', async () => {
    const { port } = await listen({ tls: true })
    const handshake = (maxVersion: 'TLSv1.2' | 'TLSv1.3') =>
      new Promise<string>((resolve) => {
        const socket = connectTls(
          { port, host: '127.0.0.1', rejectUnauthorized: false, maxVersion },
          () => {
            const subject = socket.getPeerX509Certificate()?.subject ?? ''
            resolve(`${socket.getProtocol()} ${subject}`)
            socket.destroy()
          },
        )
        socket.on('error', () => resolve('refused'))
      })
    expect(await handshake('TLSv1.3')).toBe('TLSv1.3 CN=eu a')
    expect(await handshake('TLSv1.2')).toBe('refused')
  })

  it('says by name that a port is taken', async () => {
    const { port } = await listen()
    const again = await listenHttp({
      address: { host: '127.0.0.1', port },
      core: createTestCore(),
      turns: createFairTurns(),
      manifests: () => Buffer.from(''),
      openApi: Buffer.from(''),
      observe: () => undefined,
      logs: silentLogs,
    })
    expect(again).toMatchObject({ refusal: { code: 'address_in_use' } })
  })

  it('tells the metrics the pattern of a route, never a path that was sent', async () => {
    const { url } = await listen()
    observed.length = 0
    await post(`${url}/v1/sessions/ses_canary`, 'x', 'application/octet-stream')
    await fetch(`${url}/canary`)
    expect(observed).toEqual(['/v1/sessions/:session 400', 'none 404'])
  })

  it('serves an OpenAPI 3.1 document whose references all lead somewhere', async () => {
    const { url } = await listen()
    const text = await (await fetch(`${url}/openapi.json`)).text()
    const document = JSON.parse(text) as { openapi: string; components: { schemas: object } }
    expect(document.openapi).toMatch(/^3\.1\./)
    const names = new Set(Object.keys(document.components.schemas))
    const referred = [...text.matchAll(/"\$ref":"([^"]+)"/g)].map((match) => match[1]!)
    expect(referred.length).toBeGreaterThan(10)
    const lost = referred.filter(
      (target) => !names.has(target.replace('#/components/schemas/', '')),
    )
    expect(lost).toEqual([])
  })
})
