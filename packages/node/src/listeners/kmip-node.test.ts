import { once } from 'node:events'
import { connect } from 'node:tls'
import { RefusalError } from '@holdfast/base/errors'
import { afterEach, describe, expect, it } from 'vitest'
import { createTestCore } from '../testing/test-core.ts'
import { silentLogs, testTlsIdentity } from '../testing/tls-identity.ts'
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

const open = (names: readonly string[], host: string) =>
  listenForKmip({
    config: { listenKmip: { host, port: 0 }, kmipNames: names },
    core: createTestCore(),
    key: testTlsIdentity('eu', 'a').key,
    logs: silentLogs,
  })

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

  it('refuse a name that is none, and to listen everywhere without one', async () => {
    expect(await codeOf(open([], '0.0.0.0'))).toBe('bad_configuration')
    expect(await codeOf(open(['a b'], '127.0.0.1'))).toBe('bad_configuration')
  })

  it('wait for a core that has a CA', async () => {
    expect(await codeOf(open([], '127.0.0.1'))).toBe('not_ready')
  })
})
