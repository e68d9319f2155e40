import { request } from 'node:https'
import { afterEach, expect, it } from 'vitest'
import { CredentialId, WalletId } from '../../packages/base/src/ids.ts'
import type { KmipListener } from '../../packages/node/src/listeners/kmip.ts'
import { listenKmipHttps } from '../../packages/node/src/listeners/kmip-https.ts'
import { makeCertificate } from './conformance/test-server.ts'

const caller = {
  tenant: WalletId.of(new Uint8Array(22)),
  credential: CredentialId.of(new Uint8Array(16)),
}
const server = makeCertificate('server')
const client = makeCertificate('client')
const open: KmipListener[] = []

const start = async (isKnown = true): Promise<number> => {
  const listener = await listenKmipHttps({
    handle: async (_caller, bytes, form) => Buffer.concat([Buffer.from(form), bytes]),
    authenticate: async () => (isKnown ? caller : undefined),
    certificate: { key: server.key, certificate: server.cert },
    host: '127.0.0.1',
    port: 0,
    limits: { messageBytesMax: 100 },
  })
  open.push(listener)
  return listener.port
}

afterEach(async () => {
  for (const listener of open.splice(0)) await listener[Symbol.asyncDispose]()
})

type Sent = { readonly method?: string; readonly path?: string; readonly type?: string }

const send = (port: number, body: string, { method, path, type }: Sent = {}) =>
  new Promise<{ status: number; type: string; body: string }>((resolve, reject) => {
    const sent = request(
      {
        host: '127.0.0.1',
        port,
        path: path ?? '/kmip',
        method: method ?? 'POST',
        headers: { 'content-type': type ?? 'application/octet-stream' },
        rejectUnauthorized: false,
        agent: false,
        ...client,
      },
      (response) => {
        let text = ''
        response.on('data', (part) => {
          text += part
        })
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            type: response.headers['content-type'] ?? '',
            body: text,
          }),
        )
      },
    )
    sent.on('error', reject)
    sent.end(body)
  })

it('answers each media type in its own form', async () => {
  const port = await start()
  const types = {
    'application/octet-stream': 'ttlv',
    'text/xml': 'xml',
    'application/json': 'json',
  }
  for (const [type, form] of Object.entries(types)) {
    expect(await send(port, '!', { type })).toEqual({ status: 200, type, body: `${form}!` })
  }
})

it('serves one path by one method in three media types', async () => {
  const port = await start()
  expect((await send(port, '', { path: '/' })).status).toBe(404)
  expect((await send(port, '', { method: 'PUT' })).status).toBe(405)
  expect((await send(port, '', { type: 'text/plain' })).status).toBe(415)
})

it('refuses a body over the limit, and a key that nobody lists', async () => {
  const port = await start()
  expect((await send(port, 'x'.repeat(100))).status).toBe(200)
  expect((await send(port, 'x'.repeat(101))).status).toBe(413)
  expect((await send(await start(false), '!')).status).toBe(401)
})
