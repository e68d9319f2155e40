/** A core that does nothing but answer, for tests of the listeners. */
import { accept, refuse } from '@holdfast/base/errors'
import { SessionId, ZoneId } from '@holdfast/base/ids'
import type { Core } from '@holdfast/enclave/core/core-interface'
import { bootOf } from './tls-identity.ts'

export type TestCore = Core & { readonly calls: string[] }

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

/** Frames are answered reversed, `fail` and `slow` apart; requests are answered as they are. */
export const createTestCore = (overrides: Partial<Core> = {}): TestCore => {
  const calls: string[] = []
  let sessions = 0
  return {
    calls,
    start: async () => accept(undefined),
    ready: async () => undefined,
    takeStatement: async () => accept(undefined),
    takeHomes: async () => accept({ groups: [], unreachable: [] }),
    handle: async (untrusted) => accept(untrusted),
    evidence: async (target, nonce) =>
      accept(Buffer.from(JSON.stringify({ target, nonce: Buffer.from(nonce).toString('hex') }))),
    openSession: async ({ boot, message }) => {
      calls.push(`open ${boot}`)
      sessions += 1
      return accept({ session: SessionId.of(new Uint8Array(16).fill(sessions)), message })
    },
    sessionFrame: async (_session, frame) => {
      calls.push(`frame ${text(frame)}`)
      if (text(frame) === 'fail') return refuse('unknown_session', 'no such session')
      if (text(frame) === 'throw') throw new Error('canary')
      if (text(frame) === 'slow') await new Promise((resolve) => setTimeout(resolve, 50))
      return accept(Uint8Array.from(frame).toReversed())
    },
    closeSession: (session) => {
      calls.push(`close ${session}`)
    },
    sessionCaller: () => undefined,
    peerMessage: async (_peer, untrusted) => untrusted,
    kmip: async (_caller, untrusted) => accept(untrusted),
    announceKmip: () => undefined,
    managedObjects: () => undefined,
    pendingSignatures: () => undefined,
    kmipCaller: async () => refuse('unauthenticated', 'no wallet'),
    zoneTrust: () => undefined,
    serverCertificate: () => undefined,
    peerUp: () => undefined,
    peerDown: () => undefined,
    tick: async () => undefined,
    status: () => ({
      node: { zone: ZoneId('eu'), boot: bootOf('a'), measurement: '00'.repeat(32) },
      mesh: `mesh_${'00'.repeat(32)}`,
      manifestSerial: 1,
      identity: { notBefore: '', notAfter: '', failures: 0 },
      upcoming: [],
      simulated: true,
      state: 'ready',
      wallets: 0,
      outbox: 0,
      signer: 'none',
      nodes: [],
      peers: [],
    }),
    stop: async () => undefined,
    ...overrides,
  }
}
