import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { toBase64Url, toHex, utf8 } from '@holdfast/base/bytes'
import { toCbor } from '@holdfast/base/cbor'
import { type Client, type SignPayload, type Wallet, ZoneId } from '@holdfast/sdk'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { testTlsIdentity } from '../../packages/node/src/testing/tls-identity.ts'
import { type MeshNode, startMesh, type TestMesh } from '../support/mesh.ts'
import { accountOf, generated, refusalOf, transfer } from '../support/wallets.ts'
import { figuresOf } from './node-memory.ts'
import { problemIn, rawTcp, tlsConversation, tlsHandshake } from './raw-socket.ts'

const zones = [{ id: ZoneId('alone'), name: 'alone', latitude: 0, longitude: 0, level: 1 }]

let mesh: TestMesh
let node: MeshNode
let client: Client
let wallet: Wallet
let rssBefore = 0
beforeAll(async () => {
  mesh = await startMesh({ zones })
  node = mesh.nodes[0]!
  client = await mesh.connect()
  const chains = [{ chain: 'ethereum' }, { chain: 'bitcoin' }, { chain: 'solana' }] as const
  const keys = [generated('bip39', ...chains)]
  wallet = (await client.createWallet({ name: 'hostile', keys, durability: 1 })).wallet
  rssBefore = (await figuresOf(node)).rssMiB
}, 120_000)

const signs = async (): Promise<boolean> => {
  const account = accountOf(wallet, 'ethereum')
  const answer = await client.sign({ wallet: wallet.id, account: account.id }, transfer())
  return answer.signed.kind === 'ethereum.transaction'
}

/** The node is the same process as before, signs, and has not grown out of bounds. */
afterAll(async () => {
  expect(node?.isRunning()).toBe(true)
  expect(await signs()).toBe(true)
  const { rssMiB } = await figuresOf(node)
  console.log(`hostile bytes: resident memory ${rssBefore} MiB before, ${rssMiB} MiB after`)
  expect(rssMiB - rssBefore).toBeLessThan(400)
  await mesh.stop()
}, 60_000)

const post = async (path: string, type: string, body: string | Uint8Array) => {
  const response = await fetch(`${node.plainUrl}${path}`, {
    method: 'POST',
    headers: { 'content-type': type },
    body: Uint8Array.from(Buffer.from(body)),
  })
  const { code } = (await response.json()) as { code: string }
  return [response.status, code]
}

const json = 'application/json'
const envelope = (request: string | Uint8Array): string =>
  JSON.stringify({ request: toBase64Url(Buffer.from(request)), authorisations: [] })
const deep = (depth: number): string => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`

describe('a request over HTTP', () => {
  const header = '"mesh":"mesh_","expiresAt":"2026-01-01T00:00:00Z"'
  it.each<readonly [string, string | Uint8Array, number, string]>([
    ['nothing', '', 400, 'malformed'],
    ['half of JSON', '{"request":"', 400, 'malformed'],
    [
      'a key that stands twice',
      '{"request":"","request":"","authorisations":[]}',
      400,
      'malformed',
    ],
    ['10,000 objects in one another', deep(10_000), 400, 'malformed'],
    ['200,000 brackets', '['.repeat(200_000), 400, 'malformed'],
    ['bytes that are no UTF-8', Uint8Array.of(0x7b, 0xff, 0xfe, 0x7d), 400, 'malformed'],
    ['a number', '1e400', 400, 'invalid_field'],
    ['a key that everything inherits', '{"__proto__":{"a":1}}', 400, 'invalid_field'],
    ['a field that is not known', '{"request":"","authorisations":[],"x":1}', 400, 'invalid_field'],
    ['base64 that is none', '{"request":"a=","authorisations":[]}', 400, 'invalid_field'],
    ['a request that is no JSON', envelope('{'), 400, 'malformed'],
    ['a request nested too deeply', envelope(deep(40)), 400, 'malformed'],
    [
      'a request with a key twice',
      envelope('{"operation":"sign","operation":"x"}'),
      400,
      'malformed',
    ],
    ['an operation that is none', envelope(`{"operation":"x",${header}}`), 400, 'invalid_field'],
    ['a body over the limit', 'x'.repeat(600 * 1024), 413, 'too_large'],
  ])('of %s is refused', async (_name, body, status, code) => {
    expect(await post('/v1/requests', json, body)).toEqual([status, code])
  })

  it('of any bytes is refused by a code, and never as a fault of the node', async () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.json().map((text) => utf8(text)),
      fc.json().map((text) => utf8(envelope(text))),
    )
    await fc.assert(
      fc.asyncProperty(bytes, async (body) => {
        const [status] = await post('/v1/requests', json, body)
        expect(status).toBe(400)
      }),
      { numRuns: 150 },
    )
  })

  it.each<readonly [string, string, number, string]>([
    ['a line that is no HTTP', 'HELO mail\r\n\r\n', 400, 'malformed'],
    [
      'a header over the limit',
      `GET / HTTP/1.1\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`,
      413,
      'too_large',
    ],
    [
      'two lengths',
      'POST /v1/requests HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n',
      400,
      'malformed',
    ],
    [
      'length and chunks',
      'POST /v1/requests HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n',
      400,
      'malformed',
    ],
    [
      'a chunk that is no number',
      'POST /v1/requests HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n',
      400,
      'malformed',
    ],
    ['TLS where none is spoken', '\x16\x03\x01\x02\x00\x01\x00', 400, 'malformed'],
  ])('with %s is refused', async (_name, text, status, code) => {
    using connection = await rawTcp(node.plainUrl, text)
    expect(problemIn(await connection.ended(5000))).toEqual([status, code])
  })

  it('whose chunks never end is cut at the limit', async () => {
    const head = 'POST /v1/requests HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n'
    using connection = await rawTcp(node.plainUrl, `${head}transfer-encoding: chunked\r\n\r\n`)
    const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`
    let sent = 0
    while (connection.isOpen() && connection.received() === '' && sent < 64) {
      connection.socket.write(chunk)
      sent += 1
      await delay(5)
    }
    expect(problemIn(connection.received())).toEqual([413, 'too_large'])
    expect(sent).toBeLessThan(64)
  })
})

describe('a sealed session', () => {
  const cbor = 'application/cbor'
  const octets = 'application/octet-stream'
  const boot = `boot_${'00'.repeat(16)}`
  const ownBoot = async () => (await client.enclave()).verdict.identity.boot
  const some = (length: number) => new Uint8Array(length).fill(9)

  it.each<readonly [string, () => Promise<Uint8Array>, number, string]>([
    ['nothing', async () => some(0), 400, 'malformed'],
    ['an array without an end', async () => Uint8Array.of(0x9f, 1), 400, 'malformed'],
    ['a length that is not there', async () => Uint8Array.of(0x9b, ...some(8)), 400, 'malformed'],
    ['another shape', async () => toCbor({ boot }), 400, 'invalid_field'],
    [
      'an enclave that is not there',
      async () => toCbor([boot, some(3), some(48)]),
      503,
      'unreachable',
    ],
    [
      'the prologue of no identity that lives',
      async () => toCbor([await ownBoot(), some(3), some(48)]),
      403,
      'identity_expired',
    ],
    ['more than a handshake', async () => some(5000), 413, 'too_large'],
  ])('that opens with %s is refused', async (_name, body, status, code) => {
    expect(await post('/v1/sessions', cbor, await body())).toEqual([status, code])
  })

  it('that nobody opened takes no frame', async () => {
    const path = `/v1/sessions/ses_${'00'.repeat(16)}`
    expect(await post(path, octets, some(40))).toEqual([401, 'unknown_session'])
    expect(await post('/v1/sessions/ses_1', octets, some(40))).toEqual([400, 'invalid_field'])
  })

  const speak = async (...messages: readonly (string | Uint8Array)[]) => {
    const socket = new WebSocket(`${node.plainUrl.replace('http', 'ws')}/v1/session`)
    const texts: string[] = []
    const closed = new Promise<number>((resolve) => socket.once('close', (code) => resolve(code)))
    socket.on('message', (data, isBinary) => {
      if (!isBinary) texts.push((data as Buffer).toString())
    })
    socket.on('error', () => undefined)
    await new Promise<void>((resolve) => socket.once('open', () => resolve()))
    for (const message of messages) socket.send(message)
    const code = await closed
    const problem = texts[0] === undefined ? undefined : (JSON.parse(texts[0]) as { code: string })
    return [code, problem?.code]
  }

  it.each<readonly [string, readonly (string | Uint8Array)[], number, string | undefined]>([
    ['a text', ['hello'], 4000, 'malformed'],
    ['bytes that are no opening', [some(40)], 4000, 'malformed'],
    ['an opening over its limit', [some(5000)], 4013, 'too_large'],
    ['a message over the frame limit', [some(1024 * 1024 + 1)], 1009, undefined],
  ])('over WebSocket that says %s is closed', async (_name, messages, close, code) => {
    expect(await speak(...messages)).toEqual([close, code])
  })
})

describe('a transaction', () => {
  const sign = (chain: 'ethereum' | 'bitcoin' | 'solana', payload: SignPayload) =>
    client.sign({ wallet: wallet.id, account: accountOf(wallet, chain).id }, payload)
  const rlp = (hex: string): SignPayload => ({ kind: 'ethereum.transaction', transaction: hex })
  const psbt = (bytes: Uint8Array): SignPayload => ({
    kind: 'bitcoin.psbt',
    psbt: toBase64Url(bytes),
  })
  const solana = (bytes: Uint8Array): SignPayload => ({
    kind: 'solana.message',
    message: toBase64Url(bytes),
  })
  const magic = Buffer.from('70736274ff', 'hex')
  const good = (transfer() as { transaction: string }).transaction

  it.each<readonly [string, 'ethereum' | 'bitcoin' | 'solana', SignPayload]>([
    ['of nothing', 'ethereum', rlp('')],
    ['of an RLP length beyond its end', 'ethereum', rlp('02fbffffffff')],
    ['of an RLP length of eight bytes', 'ethereum', rlp('02ffffffffffffffffff')],
    ['of 20,000 RLP lists in one another', 'ethereum', rlp(`02${'c1'.repeat(20_000)}c0`)],
    ['with bytes behind it', 'ethereum', rlp(`${good}00`)],
    ['of a type that is not known', 'ethereum', rlp(`7f${good.slice(2)}`)],
    ['as PSBT without a map', 'bitcoin', psbt(magic)],
    [
      'as PSBT of a key without an end',
      'bitcoin',
      psbt(Buffer.concat([magic, Buffer.alloc(9, 0xff)])),
    ],
    [
      'as PSBT of 100,000 empty maps',
      'bitcoin',
      psbt(Buffer.concat([magic, Buffer.alloc(100_000)])),
    ],
    ['as Solana message of nothing', 'solana', solana(Buffer.alloc(0))],
    ['as Solana message of 65,535 accounts', 'solana', solana(Buffer.from('010001ffff03', 'hex'))],
    ['as Solana message of another version', 'solana', solana(Buffer.from('ff0100', 'hex'))],
  ])('%s is refused as one that cannot be decoded', async (_name, chain, payload) => {
    expect(await refusalOf(sign(chain, payload))).toBe('bad_transaction')
  })

  it('of any bytes is never signed', async () => {
    const chains = fc.constantFrom('ethereum', 'bitcoin', 'solana')
    await fc.assert(
      fc.asyncProperty(chains, fc.uint8Array({ maxLength: 200 }), async (chain, bytes) => {
        const payloads = {
          ethereum: rlp(toHex(bytes)),
          bitcoin: psbt(Buffer.concat([magic, bytes])),
          solana: solana(bytes),
        }
        const code = await refusalOf(sign(chain, payloads[chain]))
        expect(['bad_transaction', 'policy_denied', 'wrong_account', 'unsupported']).toContain(code)
      }),
      { numRuns: 100 },
    )
  })
})

describe('a connection', () => {
  it('over TLS is 1.3 or none, for clients and between nodes', async () => {
    const config = JSON.parse(readFileSync(`${node.dir}/node.json`, 'utf8')) as {
      readonly listenMesh: string
    }
    for (const url of [node.url, `https://${config.listenMesh}`]) {
      for (const version of ['TLSv1', 'TLSv1.1', 'TLSv1.2'] as const) {
        const old = { minVersion: version, maxVersion: version, ciphers: 'DEFAULT@SECLEVEL=0' }
        expect(await tlsHandshake(url, old), `${url} ${version}`).toBeUndefined()
      }
    }
    expect(await tlsHandshake(node.url, {})).toBe('TLSv1.3')
  })

  it('between nodes gets not one byte of an answer without evidence', async () => {
    const { listenMesh } = JSON.parse(readFileSync(`${node.dir}/node.json`, 'utf8')) as {
      readonly listenMesh: string
    }
    const { key, certificate } = testTlsIdentity('alone', 'a stranger')
    for (const options of [{}, { key, cert: certificate }]) {
      const received = await tlsConversation(`https://${listenMesh}`, options, Buffer.alloc(64, 1))
      expect(received).toBe(0)
    }
  })

  it('without TLS to a port of TLS is closed without an answer', async () => {
    using connection = await rawTcp(node.url, 'GET /v1/node HTTP/1.1\r\nhost: a\r\n\r\n')
    expect(await connection.ended(5000)).not.toContain('boot_')
  })

  it('that is slow with its header, its body or its handshake is ended in time', async () => {
    const before = (await figuresOf(node)).connections
    const head = 'POST /v1/requests HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n'
    const slow = await Promise.all([
      rawTcp(node.plainUrl, 'GET /v1/node HTTP/1.1\r\nx: '),
      rawTcp(node.plainUrl, `${head}content-length: 1000\r\n\r\n{`),
      rawTcp(node.plainUrl),
      rawTcp(node.url, Uint8Array.of(0x16, 3, 1)),
    ])
    const drip = setInterval(() => {
      for (const { socket } of slow.slice(0, 2)) if (socket.writable) socket.write('y')
    }, 500)
    try {
      // One sweep after the limit of headers (10 s) and bodies (15 s).
      const answers = await Promise.all(slow.map((connection) => connection.ended(25_000)))
      expect(problemIn(answers[0]!)).toEqual([408, 'too_slow'])
      expect(problemIn(answers[1]!)).toEqual([408, 'too_slow'])
      // The node has let go of them, though this side has closed nothing.
      await expect
        .poll(async () => (await figuresOf(node)).connections, { timeout: 5000 })
        .toBeLessThanOrEqual(before)
    } finally {
      clearInterval(drip)
      for (const connection of slow) connection[Symbol.dispose]()
    }
  })

  it('that is left half open costs nothing for long: 500 of them', async () => {
    const before = (await figuresOf(node)).connections
    const half = await Promise.all(
      Array.from({ length: 500 }, () => rawTcp(node.plainUrl, 'POST /v1/requests HTTP/1.1\r\nho')),
    )
    for (const { socket } of half) socket.end()
    await Promise.all(half.map((connection) => connection.ended(20_000)))
    await expect
      .poll(async () => (await figuresOf(node)).connections, { timeout: 10_000 })
      .toBeLessThanOrEqual(before)
    expect(await signs()).toBe(true)
  })
})
