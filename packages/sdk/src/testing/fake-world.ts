/** A mesh in memory whose nodes all run, and answers of its enclaves: for tests of the client. */
import { toHex, utf8 } from '@holdfast/base/bytes'
import { ObjectId, WalletId } from '@holdfast/base/ids'
import { ed25519 } from '@noble/curves/ed25519.js'
import { sha256 } from '@noble/hashes/sha2.js'
import type { ConnectOptions } from '../connect.ts'
import { type FakeEnclave, fakeMesh, fakeNowMs } from './fake-mesh.ts'
import { type Answer, fakeNetwork } from './fake-network.ts'

export const wallet = WalletId(`wal_0000${'ab'.repeat(20)}`)
export const empty: Answer = (_, { zone, boot }) => ({
  status: 200,
  body: { wallets: [], node: { zone, boot, measurement: 'ab'.repeat(32) } },
})

/** A mesh whose nodes all run, with a client's options for it. */
export const world = (answer: Answer = empty) => {
  const mesh = fakeMesh()
  const network = fakeNetwork(mesh, answer)
  const nodes = ['eu-west', 'us-east', 'ap-south'].map((zone) =>
    network.addNode(`https://${zone}.example`, mesh.enclave(zone)),
  )
  const options: ConnectOptions = {
    nodes: nodes.map((node) => node.url),
    mesh: mesh.id,
    transport: network.transport,
    now: () => fakeNowMs,
  }
  return { mesh, network, nodes, options, first: nodes[0]!, second: nodes[1]! }
}

const signedData = utf8('what is signed')
const signingKey = new Uint8Array(32).fill(3)
export const signAnswerFor = (
  request: Uint8Array,
  by: FakeEnclave,
  seen = { epoch: 1, version: 1 },
) => ({
  status: 200,
  body: {
    signed: { kind: 'raw.signature', signature: toHex(ed25519.sign(signedData, signingKey)) },
    decoded: { chain: 'solana', kind: 'message', effects: [{ type: 'message' }], details: {} },
    receipt: {
      request: toHex(sha256(request)),
      wallet,
      ...seen,
      policyVersion: 1,
      rule: 'owners-sign',
      persons: ['owner'],
      node: { zone: by.zone, boot: by.boot, measurement: 'ab'.repeat(32) },
      at: '2026-11-01T00:00:00Z',
      log: { index: 1, hash: 'ab'.repeat(32), witnesses: [] },
    },
  },
})
export const payload = {
  kind: 'raw',
  key: ObjectId(`key_${'ab'.repeat(16)}`),
  algorithm: 'ed25519',
  data: toHex(signedData),
} as const
export const signatory = { wallet, signer: toHex(ed25519.getPublicKey(signingKey)) }
