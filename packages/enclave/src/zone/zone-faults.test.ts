import type { SignAnswer } from '@holdfast/base/answers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Core } from '../core/core-interface.ts'
import { type Store, StoreUnavailable } from '../ports/store.ts'
import { codeOf, must, signRequest, until } from '../testing/core-world.ts'
import { createRequest, send, type TestKey, testKey } from '../testing/test-client.ts'
import { createTestMesh, type TestMesh } from '../testing/test-mesh.ts'
import { enrolWallet } from '../testing/wallet-requests.ts'

let mesh: TestMesh
let alice: TestKey
/** While it is set: which secrets ap-south could not read in its store. */
let unread: string[] | undefined

const failing = (store: Store): Store => ({
  sharing: store.sharing,
  incarnation: () => store.incarnation(),
  revision: () => store.revision(),
  get: async (key) => {
    if (unread === undefined || !key.startsWith('object/')) return store.get(key)
    unread.push(key)
    throw new StoreUnavailable('no answer')
  },
  commit: (batch, options) => store.commit(batch, options),
  scan: (prefix, options) => store.scan(prefix, options),
  watch: (prefix, after) => store.watch(prefix, after),
  close: () => store.close(),
})

const core = (zone: string): Core => mesh.node(zone).core
const create = (overrides = {}, keys = [alice], at = 'eu-west') =>
  enrolWallet(mesh, keys, overrides, at)

beforeAll(async () => {
  mesh = await createTestMesh({
    seenBy: (name, store) => (name === 'ap-south' ? failing(store) : store),
  })
  alice = testKey(mesh, 'alice')
})
afterAll(() => mesh.stop())

describe('a zone that dies', () => {
  it('is replaced by another holder, and catches up when it returns', async () => {
    const { wallet } = await create()
    await until(() => core('us-east').status().wallets === core('eu-west').status().wallets)
    mesh.kill('eu-west')
    const answer = must(
      await send<SignAnswer>(core('us-east'), signRequest(mesh, wallet), 'sign', [alice]),
    )
    expect(answer.receipt.node.zone).toBe('us-east')
    await mesh.start('eu-west')
    const again = must(
      await send<SignAnswer>(core('eu-west'), signRequest(mesh, wallet), 'sign', [alice]),
    )
    expect(again.signed).toEqual(answer.signed)
  })

  it('gets what it missed from what was owed to it', async () => {
    mesh.kill('ap-south')
    const { wallet } = await create()
    await mesh.start('ap-south')
    await until(() => core('ap-south').status().wallets === core('eu-west').status().wallets)
    const answer = must(
      await send<SignAnswer>(core('ap-south'), signRequest(mesh, wallet), 'sign', [alice]),
    )
    expect(answer.receipt.node.zone).toBe('ap-south')
    await until(async () => {
      mesh.advance(3000)
      await core('eu-west').tick()
      return core('eu-west').status().outbox === 0
    })
  })

  it('compares others to the end, though its store did not answer at first', async () => {
    mesh.kill('ap-south')
    await create()
    const missed: string[] = []
    unread = missed
    await mesh.start('ap-south')
    // Both of the others told it of the wallet.
    await until(() => missed.length >= 2)
    unread = undefined
    await until(async () => {
      mesh.advance(3000)
      await core('ap-south').tick()
      return core('ap-south')
        .status()
        .peers.every(({ compared }) => compared)
    })
  })

  it('stops signing as a replica once it has heard nobody for too long', async () => {
    const { wallet } = await create({ staleAfterMs: 60_000 })
    await until(() => core('us-east').status().wallets === core('eu-west').status().wallets)
    mesh.cut('us-east', 'eu-west', true)
    mesh.cut('us-east', 'ap-south', true)
    const sign = async (): Promise<string> =>
      codeOf(await send(core('us-east'), signRequest(mesh, wallet), 'sign', [alice]))
    expect(await sign()).toBe('ok')
    mesh.advance(61_000)
    expect(await sign()).toBe('stale')
    mesh.cut('us-east', 'ap-south', false)
    await core('us-east').tick()
    expect(await sign()).toBe('ok')
    mesh.cut('us-east', 'eu-west', false)
  })
})

describe('a second node on the store of a zone', () => {
  it('replaces the first, which then changes nothing and signs nothing', async () => {
    const { wallet } = await create()
    const first = core('eu-west')
    await mesh.start('eu-west')
    const request = createRequest(mesh, [alice])
    expect(codeOf(await send(first, request, 'enrol', [alice]))).toBe('store_in_use')
    expect(first.status().state).toBe('replaced')
    expect(codeOf(await send(first, signRequest(mesh, wallet), 'sign', [alice]))).toBe('not_ready')
    expect(codeOf(await send(core('eu-west'), request, 'enrol', [alice]))).toBe('ok')
  })

  it('is noticed by the first within a tick, though it writes nothing', async () => {
    const first = core('eu-west')
    await mesh.start('eu-west')
    expect(first.status().state).toBe('ready')
    await first.tick()
    expect(first.status().state).toBe('replaced')
  })
})
