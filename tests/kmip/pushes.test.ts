/** Put and Notify between the package's client and the listener, over TLS. */
import { once } from 'node:events'
import { connect, type TLSSocket } from 'node:tls'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { defaultFacts } from '../../packages/enclave/src/kmip/server-facts.ts'
import { type ClientOptions, KmipClient, KmipError } from '../../packages/kmip/src/index.ts'
import { makeCertificate, startTestServer, type TestServer } from './conformance/test-server.ts'
import { encryptingKey } from './encrypting-key.ts'

let server: TestServer
const certificate = makeCertificate('client')
const sockets: TLSSocket[] = []

beforeAll(async () => {
  server = await startTestServer(defaultFacts)
})
afterAll(async () => {
  for (const socket of sockets) socket.destroy()
  await server[Symbol.asyncDispose]()
})

const dial = async (
  protocol: string | undefined,
  options: Pick<ClientOptions, 'serve'> = {},
): Promise<KmipClient> => {
  const socket = connect({
    host: '127.0.0.1',
    port: server.port,
    rejectUnauthorized: false,
    ...certificate,
    ...(protocol === undefined ? {} : { ALPNProtocols: [protocol] }),
  })
  await once(socket, 'secureConnect')
  sockets.push(socket)
  const start = (delayMs: number, action: () => void) => {
    const timeout = setTimeout(action, delayMs)
    return { cancel: () => clearTimeout(timeout) }
  }
  return new KmipClient(
    {
      write: (bytes) => void socket.write(bytes),
      onData: (listener) => void socket.on('data', listener),
      onClose: (listener) => void socket.on('close', listener),
      close: () => void socket.destroy(),
    },
    { timer: { start }, timeoutMs: 10_000, version: '2.1', ...options },
  )
}

const freshOf = async (client: KmipClient, uniqueIdentifier: string): Promise<unknown> => {
  const attributeReferences = ['Fresh'] as const
  const { attributes = [] } = await client.call('GetAttributes', {
    uniqueIdentifier,
    attributeReferences,
  })
  return attributes[0]?.value
}

it('tells a client what another one of its wallet makes and changes, while it calls', async () => {
  const told: string[] = []
  const listener = await dial('kmip+put+notify', {
    serve: {
      nowSeconds: () => BigInt(Math.floor(Date.now() / 1000)),
      handlers: {
        Put: ({ uniqueIdentifier, object }) => {
          told.push(`put ${uniqueIdentifier} ${object.type}`)
          return {}
        },
        Notify: ({ uniqueIdentifier, attributes = [] }) => {
          told.push(`notify ${uniqueIdentifier} ${attributes.map(({ name }) => name).join(' ')}`)
          return {}
        },
      },
    },
  })
  await listener.call('Ping', {})
  const maker = await dial(undefined)
  const made = await Promise.all(
    Array.from({ length: 20 }, () => maker.call('Create', encryptingKey)),
  )
  const ids = made.map(({ uniqueIdentifier }) => uniqueIdentifier)
  await Promise.all(Array.from({ length: 20 }, () => listener.call('Ping', {})))
  await expect.poll(() => told).toEqual(ids.map((id) => `put ${id} SymmetricKey`))
  const [first = ''] = ids
  await expect.poll(() => freshOf(maker, first)).toBe(false)
  await maker.call('Activate', { uniqueIdentifier: first })
  await expect
    .poll(() => told.at(-1))
    .toMatch(new RegExp(`^notify ${first} (?=.*State)(?=.*ActivationDate).*LastChangeDate$`))
})

it('takes the word of a client that does not want what it is sent', async () => {
  server.freshTenant()
  const refuses = await dial('kmip+put', {
    serve: {
      nowSeconds: () => 0n,
      handlers: {
        Put: () => {
          throw new KmipError('failed', 'no', { reason: 'PermissionDenied' })
        },
      },
    },
  })
  const { uniqueIdentifier } = await refuses.call('Create', encryptingKey)
  await refuses.call('Ping', {})
  expect(await freshOf(refuses, uniqueIdentifier)).toBe(true)
})
