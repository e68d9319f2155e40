/** A zone erases a wallet over a store that applies commits after it gave no answer to them. */
import type { WalletAnswer } from '@holdfast/base/answers'
import { utf8 } from '@holdfast/base/bytes'
import { ObjectId, ZoneId } from '@holdfast/base/ids'
import { resolvePlacement } from '@holdfast/base/placement-resolve'
import { expect, it } from 'vitest'
import { createEntropy } from '../crypto/entropy.ts'
import type { Batch, Store } from '../ports/store.ts'
import { must, until } from '../testing/core-world.ts'
import { isCompared, meshesOfFile, pass } from '../testing/mesh-steps.ts'
import { send, testKey } from '../testing/test-client.ts'
import { changeRequest, enrolWallet, show } from '../testing/wallet-requests.ts'

const zones = ['eu-west', 'us-east', 'ap-south'] as const
const newMesh = meshesOfFile()

/** The first commit that writes such a record is told to be unknown, and applied with the next. */
const applyingLate = (commit: Store['commit'], prefix: string): Store['commit'] => {
  let isSeen = false
  let late: Batch | undefined
  return async (batch, options) => {
    if (late !== undefined) await commit(late)
    late = undefined
    if (isSeen || !batch.writes.some(({ key }) => key.startsWith(prefix))) {
      return commit(batch, options)
    }
    isSeen = true
    late = batch
    return { outcome: 'unknown' }
  }
}

it.each(['gone/', 'state/'])(
  'erases what it holds, though its commit on %s was applied unnoticed',
  async (of) => {
    const slow = { isOn: false }
    const seenBy = (name: string, store: Store): Store => {
      if (name !== 'ap-south') return store
      const usual = store.commit.bind(store)
      const late = applyingLate(usual, of)
      store.commit = (...batch) => (slow.isOn ? late(...batch) : usual(...batch))
      return store
    }
    const mesh = await newMesh({ seenBy })
    const alice = testKey(mesh, 'alice')
    await until(() => isCompared(mesh))
    const { wallet } = await enrolWallet(mesh, [alice])
    const id = ObjectId.of(createEntropy().bytes(16))
    const objects = mesh.node('eu-west').core.managedObjects()
    const made = { id, payload: utf8('the secret'), state: utf8('active') }
    expect((await objects?.create(wallet.id, [made]))?.ok).toBe(true)
    const held = (): readonly string[] =>
      [...(mesh.disks.get('ap-south')?.records.keys() ?? [])].filter((name) =>
        /^(?:wallet|object|state|gone)/.test(name),
      )
    await until(() => held().includes(`object/${id}`) && held().includes(`wallet/${wallet.id}`))
    const placement = resolvePlacement({
      constraints: { regions: ['eu-west', 'us-east'].map(ZoneId) },
      home: ZoneId('eu-west'),
      zones: mesh.manifest.manifest.zones,
    })
    if (!placement.ok) throw new Error(placement.refusal.detail)
    slow.isOn = true
    const request = changeRequest(mesh, wallet, 'placement.change', { placement: placement.value })
    must(await send<WalletAnswer>(mesh.node('eu-west').core, request, 'change', [alice]))
    await until(async () => {
      await pass(mesh, zones)
      const { moved } = await show({ mesh, alice, wallet }, 'us-east')
      return moved !== undefined && moved.from === undefined && moved.left === undefined
    })
    expect(held()).toEqual([`gone/${wallet.id}`])
    expect(mesh.node('ap-south').core.status().wallets).toBe(0)
  },
)
