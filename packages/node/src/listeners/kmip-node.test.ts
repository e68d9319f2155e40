import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import { connect } from 'node:tls'
import { toPem } from '@holdfast/attestation'
import { accept, RefusalError } from '@holdfast/base/errors'
import { CredentialId, WalletId } from '@holdfast/base/ids'
import * as x509 from '@holdfast/base/x509'
import type { NodeIdentity } from '@holdfast/enclave/identity/node-identity'
import {
  decodeTtlv,
  encodeTtlv,
  FrameReader,
  hasOperation,
  type RequestItem,
  type ResponseItem,
  readResponse,
  type Version,
  writeRequest,
  writeResponse,
} from '@holdfast/kmip'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { TlsIdentity } from '../mesh/tls-peer.ts'
import { createTestCore } from '../testing/test-core.ts'
import { silentLogs, testTlsIdentity } from '../testing/tls-identity.ts'
import { createFairTurns } from './fair-turns.ts'
import { listenKmip } from './kmip.ts'
import { listenKmipHttps } from './kmip-https.ts'
import { listenForKmip } from './kmip-node.ts'

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

const shown = async (port: number): Promise<string | undefined> => {
  const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false })
  socket.on('error', () => undefined)
  await once(socket, 'secureConnect')
  const subject = socket.getPeerX509Certificate()?.subject
  socket.destroy()
  return subject
}

/** What a node shows of itself, of which the listeners take the key and the end. */
const ownOf = (tls: TlsIdentity) => {
  const users: ((tls: TlsIdentity) => void)[] = []
  return {
    identity: () => ({ notAfterMs: Date.now() + tls.endsInMs }) as NodeIdentity,
    tls: () => tls,
    whenRenewed: (use: (tls: TlsIdentity) => void) => void users.push(use),
    renew: () => {
      for (const use of users) use(tls)
    },
  }
}

const open = (names: readonly string[], host: string) =>
  listenForKmip({
    config: { listenKmip: { host, port: 0 }, kmipNames: names },
    core: createTestCore(),
    own: ownOf(testTlsIdentity('eu', 'a')),
    turns: createFairTurns(),
    logs: silentLogs,
  })

/** A certificate of the key, signed by itself, in DER. */
const certificateOf = (
  { privateKey, publicKey }: { readonly privateKey: KeyObject; readonly publicKey: KeyObject },
  commonName: string,
): Uint8Array =>
  x509.buildCertificate({
    serial: Uint8Array.of(1),
    issuer: { commonName },
    subject: { commonName },
    notBeforeMs: 0,
    notAfterMs: 4_000_000_000_000,
    spki: new Uint8Array(publicKey.export({ format: 'der', type: 'spki' })),
    extensions: [],
    algorithm: 'ecdsa-p256-sha256',
    sign: (tbs) =>
      new Uint8Array(sign('sha256', tbs, { key: privateKey, dsaEncoding: 'ieee-p1363' })),
  })

/** A request of one Ping; Query before there was one. */
const pingOf = (version: Version): Uint8Array => {
  const items: RequestItem[] = hasOperation(version, 'Ping')
    ? [{ operation: 'Ping', payload: {} }]
    : [{ operation: 'Query', payload: { queryFunctions: ['QueryOperations'] } }]
  const tree = writeRequest({ version, header: {}, items })
  if (!tree.ok) throw new Error(tree.refusal.detail)
  return encodeTtlv(tree.value)
}

const answered = ((): Uint8Array => {
  const items: ResponseItem[] = [{ status: 'Success', operation: 'Query', payload: {} }]
  const tree = writeResponse({ version: '1.4', header: { timeStamp: 0n }, items })
  if (!tree.ok) throw new Error(tree.refusal.detail)
  return encodeTtlv(tree.value)
})()

/** What the first item of an answer says, and the answer's version. */
const reasonIn = (bytes: Uint8Array): string => {
  const tree = decodeTtlv(bytes)
  const response = tree.ok ? readResponse(tree.value) : tree
  if (!response.ok) return response.refusal.detail
  const { version, items } = response.value
  const [first] = items
  return `${first?.status === 'OperationFailed' ? first.reason : 'ok'} ${version}`
}

const codeOf = async (attempt: Promise<unknown>): Promise<string> => {
  const error: unknown = await attempt.catch((thrown: unknown) => thrown)
  return error instanceof RefusalError ? error.refusal.code : 'accepted'
}

describe('the KMIP listeners of a node', () => {
  it.each([listenKmip, listenKmipHttps])(
    'show later connections the last certificate',
    async (listen) => {
      const of = ({ key, certificate }: ReturnType<typeof testTlsIdentity>) => ({
        key,
        certificate,
      })
      const listener = await listen({
        handle: async (_caller, untrusted) => untrusted,
        authenticate: async () => undefined,
        certificate: of(testTlsIdentity('eu', 'first')),
        host: '127.0.0.1',
        port: 0,
      })
      closers.push(async () => listener[Symbol.asyncDispose]())
      expect(await shown(listener.port)).toBe('CN=eu first')
      listener.setCertificate(of(testTlsIdentity('eu', 'second')))
      expect(await shown(listener.port)).toBe('CN=eu second')
    },
  )

  it('show a certificate that is issued anew for each identity, until they stop', async () => {
    const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    let issued = 0
    const core = createTestCore({
      serverCertificate: () => {
        issued += 1
        return certificateOf(pair, `leaf ${issued}`)
      },
    })
    const key = Buffer.from(pair.privateKey.export({ format: 'pem', type: 'pkcs8' }))
    const own = ownOf({ key, certificate: '', endsInMs: 60_000, lifetimeMs: 60_000 })
    const listenKmip = { host: '127.0.0.1', port: 0 }
    const served = await listenForKmip({
      turns: createFairTurns(),
      config: { listenKmip, listenKmipHttps: listenKmip, kmipNames: [] },
      core,
      own,
      logs: silentLogs,
    })
    closers.push(() => served.stop())
    const ports = [served.addresses.tls, served.addresses.https].map((address) =>
      Number(/:(\d+)(?:\/kmip)?$/.exec(address ?? '')?.[1]),
    )
    const subjects = () => Promise.all(ports.map(shown))
    expect(await subjects()).toEqual(['CN=leaf 1', 'CN=leaf 1'])
    own.renew()
    expect(await subjects()).toEqual(['CN=leaf 2', 'CN=leaf 2'])
    own.renew()
    expect(await subjects()).toEqual(['CN=leaf 3', 'CN=leaf 3'])
    await served.stop()
    own.renew()
    expect(issued).toBe(3)
  })

  it('end connections with the identity that they were opened by', async () => {
    const identity = testTlsIdentity('eu', 'first', 1500)
    const listener = await listenKmip({
      handle: async (_caller, untrusted) => untrusted,
      authenticate: async () => ({}) as never,
      certificate: identity,
      host: '127.0.0.1',
      port: 0,
    })
    closers.push(async () => listener[Symbol.asyncDispose]())
    const { key, certificate: cert } = testTlsIdentity('eu', 'client')
    const client = () => {
      const options = { host: '127.0.0.1', port: listener.port, rejectUnauthorized: false }
      return connect({ ...options, key, cert })
    }
    const first = client()
    await once(first, 'secureConnect')
    listener.setCertificate(testTlsIdentity('eu', 'second'))
    const second = client()
    await once(second, 'secureConnect')
    expect([first.destroyed, second.destroyed]).toEqual([false, false])
    first.resume()
    await once(first, 'close')
    expect(second.destroyed).toBe(false)
    second.destroy()
  })

  it('answer a message in its tenant’s turn, and look for a tenant in the strangers’', async () => {
    const seen: object[] = []
    const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const key = Buffer.from(pair.privateKey.export({ format: 'pem', type: 'pkcs8' }))
    const tenant = WalletId(`wal_${'7'.repeat(44)}`)
    const credential = CredentialId(`crd_${'7'.repeat(32)}`)
    const listenKmipHttps = { host: '127.0.0.1', port: 0 }
    const served = await listenForKmip({
      turns: {
        take: async (caller, action) => {
          seen.push(caller)
          return action()
        },
      },
      config: { listenKmipHttps, kmipNames: [] },
      core: createTestCore({
        serverCertificate: () => certificateOf(pair, 'leaf'),
        kmipCaller: async () => accept({ tenant, credential }),
        kmip: async (_caller, untrusted) => accept(untrusted),
      }),
      own: ownOf({ key, certificate: '', endsInMs: 60_000, lifetimeMs: 60_000 }),
      logs: silentLogs,
    })
    closers.push(() => served.stop())
    const sent = request(served.addresses.https ?? '', {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream' },
      key,
      cert: toPem(certificateOf(pair, 'client')),
      rejectUnauthorized: false,
      agent: false,
    })
    sent.end('hello')
    const [answer] = (await once(sent, 'response')) as [IncomingMessage]
    expect(answer.statusCode).toBe(200)
    answer.resume()
    expect(seen).toEqual([
      { key: '127.0.0.1', kind: 'strangers' },
      { key: tenant, kind: 'known' },
    ])
  })

  it('tell each message that has no place so, in its order and version, and go on', async () => {
    const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const key = Buffer.from(pair.privateKey.export({ format: 'pem', type: 'pkcs8' }))
    let places = 1
    let refused = 0
    const listen = { host: '127.0.0.1', port: 0 }
    const served = await listenForKmip({
      turns: {
        take: async ({ kind }, action) => {
          if (kind === 'known' && places === 0) {
            throw new RefusalError({ code: 'limit_reached', detail: 'too much waits' })
          }
          if (kind === 'known') places -= 1
          return action()
        },
      },
      config: { listenKmip: listen, listenKmipHttps: listen, kmipNames: [] },
      core: createTestCore({
        serverCertificate: () => certificateOf(pair, 'leaf'),
        kmipCaller: async () => accept({}) as never,
        kmip: async () => accept(answered),
      }),
      own: ownOf({ key, certificate: '', endsInMs: 60_000, lifetimeMs: 60_000 }),
      logs: silentLogs,
      refused: () => {
        refused += 1
      },
    })
    closers.push(() => served.stop())
    const cert = toPem(certificateOf(pair, 'client'))
    const client = { key, cert, rejectUnauthorized: false }
    const port = Number(served.addresses.tls?.split(':').at(-1))
    const socket = connect({ host: '127.0.0.1', port, ...client })
    closers.push(async () => void socket.destroy())
    const frames = new FrameReader({ expect: 'ResponseMessage' })
    const came: (string | undefined)[] = []
    socket.on('data', (chunk: Buffer) => {
      const messages = frames.push(chunk)
      if (messages.ok) came.push(...messages.value.map(reasonIn))
    })
    socket.write(Buffer.concat((['2.1', '2.0', '1.4', '1.0'] as const).map(pingOf)))
    const told = ['ok 1.4', 'ServerLimitExceeded 2.0', 'GeneralFailure 1.4', 'GeneralFailure 1.0']
    await vi.waitFor(() => expect(came).toEqual(told), 10_000)
    places = 1
    socket.write(pingOf('2.1'))
    await vi.waitFor(() => expect(came.slice(4)).toEqual(['ok 1.4']), 10_000)
    const headers = { 'content-type': 'application/octet-stream' }
    const options = { method: 'POST', headers, agent: false, ...client }
    const sent = request(served.addresses.https ?? '', options)
    sent.end(pingOf('1.2'))
    const [answer] = (await once(sent, 'response')) as [IncomingMessage]
    const [body] = (await once(answer, 'data')) as [Buffer]
    expect(reasonIn(body)).toBe('GeneralFailure 1.2')
    expect(refused).toBe(4)
  })

  it('refuse a name that is none, and to listen everywhere without one', async () => {
    expect(await codeOf(open([], '0.0.0.0'))).toBe('bad_configuration')
    expect(await codeOf(open(['a b'], '127.0.0.1'))).toBe('bad_configuration')
  })

  it('wait for a core that has a CA', async () => {
    expect(await codeOf(open([], '127.0.0.1'))).toBe('not_ready')
  })
})
