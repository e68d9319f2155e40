/** A second machine of a zone gets the key from the first, by the rules of DESIGN §4. */
import type { SignAnswer } from '@holdfast/base/answers'
import { BootId, ZoneId } from '@holdfast/base/ids'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Peer } from '../ports/mesh.ts'
import { encodePeerRequest, parsePeerAnswer } from '../replication/peers/messages.ts'
import { must, signRequest, until } from '../testing/core-world.ts'
import { send, testKey } from '../testing/test-client.ts'
import { createTestMesh, memorySealing, type TestMesh } from '../testing/test-mesh.ts'
import { enrolWallet } from '../testing/wallet-requests.ts'

let mesh: TestMesh
beforeEach(async () => {
  mesh = await createTestMesh()
})
afterEach(() => mesh.stop())

const peer = (fields: Partial<Peer> = {}): Peer => ({
  zone: ZoneId('eu-west'),
  boot: BootId(`boot_${'7'.repeat(32)}`),
  level: 3,
  measurement: 'e5'.repeat(32),
  roundTripMs: 1,
  ...fields,
})

const askKey = async (from: Peer, of = mesh.node('eu-west')): Promise<string> => {
  const bytes = await of.core.peerMessage(from, encodePeerRequest({ type: 'zone.key' }))
  const answer = parsePeerAnswer('zone.key', bytes)
  return answer.ok ? `a key of ${answer.value.key.length} bytes` : answer.refusal.code
}

describe('the handover of a zone key', () => {
  it('lets a new machine of the zone open its store and serve its wallets', async () => {
    const alice = testKey(mesh, 'alice')
    const { wallet } = await enrolWallet(mesh, [alice])
    const sealing = memorySealing()
    const second = await mesh.start('eu-west', { name: 'eu-west 2', sealing })
    const signed = must(
      await send<SignAnswer>(second.core, signRequest(mesh, wallet), 'sign', [alice]),
    )
    expect(signed.receipt.node.boot).toBe(second.identity.boot)
    // Sealed on the new machine, it opens there again without a peer.
    expect(await sealing.read()).toBeDefined()
  })

  it('is awaited, and said so, while no peer of the zone is there', async () => {
    mesh.kill('eu-west')
    const started = mesh.start('eu-west', { name: 'eu-west 2', sealing: memorySealing() })
    await until(() => mesh.starting('eu-west 2')?.status().state === 'waiting_for_zone_key')
    await mesh.start('eu-west')
    expect((await started).core.status().state).toBe('ready')
  })

  it('is refused to another zone, and to code that the manifest does not list', async () => {
    expect(await askKey(peer())).toBe('a key of 32 bytes')
    expect(await askKey(peer({ zone: ZoneId('us-east') }))).toBe('wrong_zone')
    expect(await askKey(peer({ measurement: 'e6'.repeat(32) }))).toBe('measurement_not_in_force')
  })

  it('does not come from a node that has not started', async () => {
    mesh.kill('eu-west')
    const start = mesh.start('eu-west', { name: 'eu-west 2', sealing: memorySealing() })
    await until(() => mesh.starting('eu-west 2') !== undefined)
    const bytes = encodePeerRequest({ type: 'zone.key' })
    const answer = await mesh.starting('eu-west 2')!.peerMessage(peer(), bytes)
    const parsed = parsePeerAnswer('zone.key', answer)
    expect(parsed.ok ? 'ok' : parsed.refusal.code).toBe('not_ready')
    await mesh.starting('eu-west 2')!.stop()
    await expect(start).rejects.toThrow('has the key of the zone')
  })
})
