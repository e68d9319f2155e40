import { CredentialId } from '@holdfast/base/ids'
import { encodeTtlv, writeRequest } from '@holdfast/kmip'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Peer } from '../ports/mesh.ts'
import { encodePeerRequest, parsePeerAnswer } from '../replication/peers/messages.ts'
import { createKmipWorld, type KmipWorld, kmipRules } from '../testing/kmip-world.ts'
import { createTestMesh, type TestMesh } from '../testing/test-mesh.ts'

let mesh: TestMesh
let world: KmipWorld

/** The levels of the placement are 3 and 2. */
beforeAll(async () => {
  mesh = await createTestMesh({ zones: ['eu-west', 'us-east'] })
  world = await createKmipWorld(mesh, { rules: kmipRules, keys: [] })
})
afterAll(() => mesh.stop())

const messageOf = (operation: 'Ping' | 'Locate'): Uint8Array => {
  const tree = writeRequest({ version: '2.1', header: {}, items: [{ operation, payload: {} }] })
  if (!tree.ok) throw new Error(tree.refusal.detail)
  return encodeTtlv(tree.value)
}

const asked = async (level: number, credential: CredentialId): Promise<string> => {
  const { identity, zone } = mesh.node('us-east')
  const peer = { zone, boot: identity.boot, level, measurement: '', roundTripMs: 1 } as Peer
  const request = encodePeerRequest({
    type: 'kmip.message',
    tenant: world.wallet.id,
    credential,
    form: 'ttlv',
    message: messageOf('Ping'),
  })
  const answer = await mesh.node('eu-west').core.peerMessage(peer, request)
  const parsed = parsePeerAnswer('kmip.message', answer)
  return parsed.ok ? Buffer.from(parsed.value.answer).toString('latin1') : parsed.refusal.code
}

const ownCredential = (): CredentialId => {
  const found = world.wallet.credentials.find(({ kind }) => kind === 'tls-certificate')
  if (found === undefined) throw new Error('no certificate')
  return found.id
}

it('answers a client through a node of the lowest level of the placement, not below', async () => {
  expect(await asked(1, ownCredential())).toBe('not_here')
  for (const level of [2, 3]) expect(await asked(level, ownCredential())).not.toBe('not_here')
})

it('believes no node that a credential is in a wallet that does not list it', async () => {
  const stranger = CredentialId.of(new Uint8Array(16).fill(9))
  expect(await asked(3, stranger)).toContain('no wallet lists the key of this certificate')
  expect(await asked(3, ownCredential())).not.toContain('no wallet lists')
})
