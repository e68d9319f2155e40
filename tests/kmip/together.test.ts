/** Which messages of one connection are worked on at the same time. */
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { connect } from 'node:tls'
import { expect, it } from 'vitest'
import { CredentialId, WalletId } from '../../packages/base/src/ids.ts'
import { encodeTtlv, type RequestItem, writeRequest } from '../../packages/kmip/src/index.ts'
import { listenKmip } from '../../packages/node/src/listeners/kmip.ts'
import { makeCertificate } from './conformance/test-server.ts'

const caller = {
  tenant: WalletId.of(new Uint8Array(22)),
  credential: CredentialId.of(new Uint8Array(16)),
}

const messageOf = (...items: readonly RequestItem[]): Uint8Array => {
  const tree = writeRequest({ version: '2.1', header: {}, items })
  if (!tree.ok) throw new Error(tree.refusal.detail)
  return encodeTtlv(tree.value)
}

const sign = (name: string): RequestItem => ({
  operation: 'Sign',
  payload: { uniqueIdentifier: name, data: new Uint8Array(8) },
})
const ping: RequestItem = { operation: 'Ping', payload: {} }

it('makes signatures together that stand together, and everything else in its turn', async () => {
  const { key, cert: certificate } = makeCertificate('server')
  const begun: number[] = []
  let running = 0
  await using listener = await listenKmip({
    handle: async (_caller, untrusted) => {
      running += 1
      begun.push(running)
      await delay(20)
      running -= 1
      return untrusted
    },
    authenticate: async () => caller,
    certificate: { key, certificate },
    host: '127.0.0.1',
    port: 0,
    limits: { togetherMax: 3 },
  })
  const client = makeCertificate('client')
  const socket = connect({ ...client, port: listener.port, rejectUnauthorized: false })
  await once(socket, 'secureConnect')
  const signs = ['a', 'b', 'c', 'd'].map((name) => messageOf(sign(name)))
  const sent = [...signs, messageOf(ping), messageOf(ping), messageOf(sign('e'), sign('f'))]
  const all = Buffer.concat(sent)
  const parts: Buffer[] = []
  socket.on('data', (part: Buffer) => parts.push(part))
  socket.write(all)
  await expect.poll(() => Buffer.concat(parts).length).toBe(all.length)
  expect(Buffer.concat(parts).equals(all)).toBe(true)
  // Three signatures, the fourth, then one message after the other.
  expect(begun).toEqual([1, 2, 3, 1, 1, 1, 1])
  socket.destroy()
})
