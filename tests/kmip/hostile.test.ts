import { connect as connectTcp, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { connect, type TLSSocket } from 'node:tls'
import { afterEach, describe, expect, it } from 'vitest'
import { CredentialId, WalletId } from '../../packages/base/src/ids.ts'
import { encodeTtlv, writeRequest, writeResponse } from '../../packages/kmip/src/index.ts'
import { type KmipListener, listenKmip } from '../../packages/node/src/listeners/kmip.ts'
import type {
  KmipClosed,
  KmipListenerOptions,
} from '../../packages/node/src/listeners/kmip-clients.ts'
import { kmipLimits } from '../../packages/node/src/listeners/kmip-limits.ts'
import { makeCertificate } from './conformance/test-server.ts'

const caller = {
  tenant: WalletId.of(new Uint8Array(22)),
  credential: CredentialId.of(new Uint8Array(16)),
}
const server = makeCertificate('server')
const client = makeCertificate('client')

const tree = writeRequest({
  version: '1.4',
  header: {},
  items: [{ operation: 'Query', payload: { queryFunctions: ['QueryOperations'] } }],
})
if (!tree.ok) throw new Error('no request')
const request = encodeTtlv(tree.value)

const answerTree = writeResponse({
  version: '1.4',
  header: { timeStamp: 0n },
  items: [{ status: 'Success', operation: 'Put', payload: {} }],
})
if (!answerTree.ok) throw new Error('no response')
const response = encodeTtlv(answerTree.value)

type World = { readonly listener: KmipListener; readonly closed: KmipClosed[] }
const worlds: World[] = []

const start = async (
  isKnown = true,
  others: Partial<Pick<KmipListenerOptions, 'handle' | 'limits'>> = {},
): Promise<World> => {
  const closed: KmipClosed[] = []
  const listener = await listenKmip({
    // Answers what it was sent, so that order and number of answers show; and asks the same.
    handle: async (_caller, bytes, _form, connection) => {
      void connection?.pushes?.send(bytes)
      return others.handle === undefined ? bytes : await others.handle(_caller, bytes, _form)
    },
    authenticate: async () => (isKnown ? caller : undefined),
    certificate: { key: server.key, certificate: server.cert },
    host: '127.0.0.1',
    port: 0,
    limits: {
      messageTimeoutMs: 300,
      idleTimeoutMs: 600,
      handshakeTimeoutMs: 1500,
      clientAnswerTimeoutMs: 200,
      unansweredMax: 4,
      ...others.limits,
    },
    closed: (reason) => closed.push(reason),
  })
  const world = { listener, closed }
  worlds.push(world)
  return world
}

afterEach(async () => {
  for (const { listener } of worlds.splice(0)) await listener[Symbol.asyncDispose]()
})

const dial = ({ listener }: World, certificate: object = client): Promise<TLSSocket> =>
  new Promise((resolve, reject) => {
    const socket = connect({
      host: '127.0.0.1',
      port: listener.port,
      rejectUnauthorized: false,
      ...certificate,
    })
    socket.once('secureConnect', () => resolve(socket))
    socket.once('error', reject)
  })

/** Waits until the other side has closed, at most three seconds; what came before is given. */
const untilClosed = (socket: Socket): Promise<Buffer> => {
  const parts: Buffer[] = []
  socket.on('data', (part: Buffer) => parts.push(part))
  socket.on('error', () => undefined)
  const closed = new Promise<Buffer>((resolve) =>
    socket.once('close', () => resolve(Buffer.concat(parts))),
  )
  const late = delay(3000).then(() => {
    throw new Error('the connection stays open')
  })
  return Promise.race([closed, late])
}

const header = (tag: number, length: number): Buffer => {
  const bytes = Buffer.alloc(8)
  bytes.writeUInt32BE((tag << 8) | 1)
  bytes.writeUInt32BE(length, 4)
  return bytes
}

describe('the KMIP listener', () => {
  it('answers messages that come together in their order, in few writes', async () => {
    const world = await start()
    const socket = await dial(world)
    const all = Buffer.concat(Array.from({ length: 20 }, () => Buffer.from(request)))
    socket.write(all)
    const came = await untilClosed(socket)
    expect(came.equals(all)).toBe(true)
    expect(world.closed).toEqual(['idle'])
  })

  it('does not read on from a client whose messages wait, however long they are', async () => {
    const world = await start(true, {
      handle: () => new Promise(() => undefined),
      limits: { messageTimeoutMs: 5000, idleTimeoutMs: 5000 },
    })
    const socket = await dial(world)
    socket.on('error', () => undefined)
    const length = 1_000_000
    const long = Buffer.concat([header(0x420078, length), Buffer.alloc(length)])
    // Fewer than may wait by their number.
    const count = kmipLimits.queuedMax - 1
    for (let written = 0; written < count; written += 1) socket.write(long)
    await delay(500)
    // The rest stands in the buffers of the two sockets, and in the client.
    expect(socket.writableLength).toBeGreaterThan((count / 2) * length)
    socket.destroy()
  })

  it('closes a connection without a certificate, and one whose key nobody lists', async () => {
    const without = await start()
    await untilClosed(await dial(without, {}))
    expect(without.closed).toEqual(['no_certificate'])
    const unknown = await start(false)
    const socket = await dial(unknown)
    socket.write(request)
    expect((await untilClosed(socket)).length).toBe(0)
    expect(unknown.closed).toEqual(['unknown_certificate'])
  })

  it('keeps nothing of a message that is too long, no message, or of a wrong length', async () => {
    for (const bytes of [
      header(0x420078, 0x7fffffff),
      header(0x42007b, 8),
      header(0x420078, 9),
      Buffer.from('GET / HTTP/1.1\r\n\r\n'),
    ]) {
      const world = await start()
      const socket = await dial(world)
      socket.write(bytes)
      await untilClosed(socket)
      expect(world.closed).toEqual(['malformed'])
    }
  })

  it('ends a message that comes byte by byte when its time is over', async () => {
    const world = await start()
    const socket = await dial(world)
    let isOpen = true
    socket.once('close', () => {
      isOpen = false
    })
    const began = Date.now()
    const closed = untilClosed(socket)
    for (const byte of request) {
      if (!isOpen) break
      socket.write(Uint8Array.of(byte))
      await delay(40)
    }
    await closed
    expect(world.closed).toEqual(['too_slow'])
    expect(Date.now() - began).toBeLessThan(1500)
  })

  it('asks on a connection whose client takes requests, behind the answer', async () => {
    const world = await start()
    const socket = await dial(world, { ...client, ALPNProtocols: ['h2', 'kmip+put'] })
    expect(socket.alpnProtocol).toBe('kmip+put')
    socket.write(request)
    const came = await untilClosed(socket)
    expect(came.equals(Buffer.concat([request, request]))).toBe(true)
    // The client has answered nothing.
    expect(world.closed).toEqual(['unanswered'])
  })

  it('asks nothing where the client does not say that it takes it', async () => {
    const world = await start()
    const socket = await dial(world, { ...client, ALPNProtocols: ['something', 'else'] })
    socket.write(request)
    expect((await untilClosed(socket)).equals(request)).toBe(true)
    expect(world.closed).toEqual(['idle'])
  })

  it('waits for few answers of one client, and takes none that it did not ask for', async () => {
    const asking = { ...client, ALPNProtocols: ['kmip+put+notify'] }
    const world = await start()
    const many = await dial(world, asking)
    many.write(Buffer.concat(Array.from({ length: 8 }, () => Buffer.from(request))))
    await untilClosed(many)
    const other = await dial(world, asking)
    other.write(response)
    await untilClosed(other)
    expect(world.closed).toEqual(['unanswered', 'malformed'])
  })

  it('goes on with a client that answers what it is asked', async () => {
    const world = await start()
    const socket = await dial(world, { ...client, ALPNProtocols: ['kmip+notify'] })
    for (let count = 0; count < 6; count += 1) {
      socket.write(request)
      await delay(50)
      socket.write(response)
    }
    await untilClosed(socket)
    expect(world.closed).toEqual(['idle'])
  })

  it('ends a connection that never begins TLS, and goes on with others', async () => {
    const world = await start()
    const silent = connectTcp(world.listener.port, '127.0.0.1')
    const noise = connectTcp(world.listener.port, '127.0.0.1')
    noise.write('not TLS at all')
    await Promise.all([untilClosed(silent), untilClosed(noise)])
    const socket = await dial(world)
    const answered = new Promise((resolve) => socket.once('data', resolve))
    socket.write(request)
    await answered
    socket.destroy()
    expect(world.closed.filter((reason) => reason === 'handshake').length).toBe(2)
  })
})
