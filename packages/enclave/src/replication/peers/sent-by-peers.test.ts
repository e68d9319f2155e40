import { type Bytes, fromUtf8, toHex, utf8 } from '@holdfast/base/bytes'
import { type ObjectId, ZoneId } from '@holdfast/base/ids'
import type { Wallet } from '@holdfast/base/wallet'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Peer } from '../../ports/mesh.ts'
import { until } from '../../testing/core-world.ts'
import { type TestKey, testKey } from '../../testing/test-client.ts'
import { createTestMesh, type TestMesh } from '../../testing/test-mesh.ts'
import { enrolWallet } from '../../testing/wallet-requests.ts'
import {
  encodePeerRequest,
  type PeerRequest,
  parsePeerAnswer,
  type WalletBundle,
} from './messages.ts'

let mesh: TestMesh
let alice: TestKey

const peer = (zone: string): Peer => ({
  zone: ZoneId(zone),
  boot: mesh.node(zone).identity.boot,
  level: 3,
  measurement: 'e5'.repeat(32),
  roundTripMs: 1,
})

const tell = async <Type extends PeerRequest['type']>(
  to: string,
  from: string,
  request: Extract<PeerRequest, { type: Type }>,
) => {
  const answer = await mesh.node(to).core.peerMessage(peer(from), encodePeerRequest(request))
  return parsePeerAnswer(request.type, answer)
}

const create = async (constraints = {}): Promise<Wallet> =>
  (await enrolWallet(mesh, [alice], { placement: { constraints } })).wallet

const bundleOf = async (wallet: Wallet): Promise<WalletBundle> => {
  const answer = await tell('eu-west', 'ap-south', { type: 'fetch', wallet: wallet.id })
  if (!answer.ok || answer.value.bundle === null) throw new Error('no bundle')
  return answer.value.bundle
}

const changed = (bundle: WalletBundle, change: (wallet: Wallet) => object): WalletBundle => ({
  wallet: utf8(JSON.stringify(change(JSON.parse(fromUtf8(bundle.wallet)) as Wallet))),
  objects: bundle.objects,
})

const hashOf = (bundle: WalletBundle): string => toHex(mesh.crypto.sha256(bundle.wallet))

const put = async (to: string, bundle: WalletBundle): Promise<string> => {
  const copy = { wallet: bundle.wallet, objects: bundle.objects.map((one) => ({ ...one })) }
  const answer = await tell(to, 'eu-west', { type: 'put', bundle: copy })
  if (!answer.ok) return answer.refusal.code
  return `${answer.value.held.epoch}.${answer.value.held.version}`
}

beforeAll(async () => {
  mesh = await createTestMesh()
  alice = testKey(mesh, 'alice')
})
afterAll(() => mesh.stop())

describe('a wallet that a peer sends', () => {
  it('is refused where the placement does not name this zone', async () => {
    const bundle = await bundleOf(await create({ minLevel: 3 }))
    expect(await put('us-east', bundle)).toBe('placement_mismatch')
    expect(await put('ap-south', bundle)).toBe('1.1')
  })

  it('continues the version that is held, by its hash', async () => {
    const wallet = await create()
    await until(() => mesh.node('us-east').core.status().wallets > 0)
    const first = await bundleOf(wallet)
    await until(async () => (await put('us-east', first)) === '1.1')
    const forked = changed(first, (one) => ({ ...one, version: 2, previous: 'ff'.repeat(32) }))
    expect(await put('us-east', forked)).toBe('conflict')
    const second = changed(first, (one) => ({ ...one, version: 2, previous: hashOf(first) }))
    expect(await put('us-east', second)).toBe('1.2')
  })

  it('never takes the place of a newer one, nor of another of its version', async () => {
    const first = await bundleOf(await create())
    const second = changed(first, (one) => ({ ...one, version: 2, previous: hashOf(first) }))
    expect(await put('us-east', second)).toBe('1.2')
    expect(await put('us-east', first)).toBe('1.2')
    const other = changed(second, (one) => ({ ...one, name: 'Another' }))
    expect(await put('us-east', other)).toBe('conflict')
  })

  it('brings the keys that it names, and may not change one', async () => {
    const first = await bundleOf(await create())
    const lost = changed(first, (one) => ({
      ...one,
      version: 2,
      previous: hashOf(first),
      keys: [{ ...one.keys[0]!, id: `key_${'9'.repeat(32)}` as ObjectId }],
    }))
    expect(await put('us-east', lost)).toBe('conflict')
    const swapped: WalletBundle = {
      ...changed(first, (one) => ({ ...one, version: 2, previous: hashOf(first) })),
      objects: first.objects.map(({ id }) => ({ id, payload: utf8('another key') })),
    }
    expect(await put('us-east', swapped)).toBe('conflict')
  })

  it('is refused where it is no wallet', async () => {
    const bundle = await bundleOf(await create())
    expect(await put('us-east', { ...bundle, wallet: utf8('{}') })).toBe('invalid_field')
    expect(await put('us-east', { ...bundle, wallet: utf8('{') })).toBe('malformed')
  })
})

describe('a peer outside the placement', () => {
  it('gets neither the keys of a wallet nor its name in an inventory', async () => {
    const wallet = await create({ minLevel: 3 })
    const fetched = await tell('eu-west', 'us-east', { type: 'fetch', wallet: wallet.id })
    expect(fetched).toEqual({ ok: true, value: { bundle: null } })
    const listed = async (from: string): Promise<readonly string[]> => {
      const answer = await tell('eu-west', from, { type: 'inventory' })
      return answer.ok ? answer.value.wallets.map(([id]) => id) : []
    }
    expect(await listed('us-east')).not.toContain(wallet.id)
    expect(await listed('ap-south')).toContain(wallet.id)
  })
})

describe('what a peer says', () => {
  it('is answered with a refusal when it cannot be read, whatever it is', async () => {
    const { core } = mesh.node('eu-west')
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
        const answer = parsePeerAnswer('has', await core.peerMessage(peer('us-east'), bytes))
        expect(answer.ok).toBe(false)
      }),
      { numRuns: 200 },
    )
  })

  it('is not passed on a second time', async () => {
    const wallet = await create({ minLevel: 3 })
    const request: Bytes = utf8(
      JSON.stringify({
        operation: 'wallet.show',
        mesh: mesh.mesh,
        expiresAt: new Date(mesh.nowMs() + 60_000).toISOString(),
        wallet: wallet.id,
      }),
    )
    const forwarded = await tell('us-east', 'eu-west', {
      type: 'forward',
      request,
      authorisations: [alice.authorise('read', request)],
      remainingMs: 1000,
    })
    expect(forwarded).toMatchObject({ ok: false, refusal: { code: 'not_here' } })
  })
})
