import { CredentialId } from '@holdfast/base/ids'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createCrypto } from '../crypto/create-crypto.ts'
import { createEntropy } from '../crypto/entropy.ts'
import type { Crypto } from '../ports/crypto.ts'
import type { Guess } from './create-counters.ts'
import {
  type CountingMesh,
  type CountingNode,
  createCountingMesh,
} from './testing/counting-mesh.ts'

const entropy = createEntropy()
const zones = ['eu-west', 'us-east', 'ap-south'] as const
type Zone = (typeof zones)[number]
const guess: Guess = { credential: CredentialId(`crd_${'ab'.repeat(16)}`), limit: 10 }

const hourMs = 3_600_000

let crypto: Crypto & Disposable
let mesh: CountingMesh

beforeAll(async () => {
  crypto = await createCrypto({ entropy })
})
afterAll(() => crypto[Symbol.dispose]())
beforeEach(() => {
  mesh = createCountingMesh({ crypto, entropy, zones })
})

const restart = (zone: Zone): CountingNode => {
  for (const node of mesh.nodes(zone)) mesh.kill(node)
  return mesh.start(zone)
}

const countedAt = async (zone: Zone, work: 'guess' | 'succeeded'): Promise<string> => {
  const [node] = mesh.nodes(zone)
  const result = await node!.counters[work](mesh.entry, guess)
  return result.ok ? 'allowed' : result.refusal.code
}

/** Each zone has heard the others since its start: what comes after need not wait for all. */
const hearAll = async (): Promise<void> => {
  const other = { credential: CredentialId(`crd_${'cd'.repeat(16)}`), limit: 30 }
  for (const zone of zones) await mesh.nodes(zone)[0]!.counters.guess(mesh.entry, other)
}

const guesses = async (count: number, zoneOf: (index: number) => Zone): Promise<number> => {
  let allowed = 0
  for (let index = 0; index < count; index += 1) {
    if ((await countedAt(zoneOf(index), 'guess')) === 'allowed') allowed += 1
  }
  return allowed
}

const everywhere = (index: number): Zone => zones[index % 3]!

describe('guesses at a credential', () => {
  it('are as many as the limit, in all zones together', async () => {
    expect(await guesses(15, everywhere)).toBe(10)
    expect(await countedAt('us-east', 'guess')).toBe('locked')
  })

  it('are as many in one zone alone', async () => {
    expect(await guesses(15, () => 'ap-south')).toBe(10)
  })

  it('are all there again after a success, and not more of them', async () => {
    await guesses(9, everywhere)
    expect(await countedAt('us-east', 'succeeded')).toBe('allowed')
    expect(await guesses(15, everywhere)).toBe(10)
  })

  it('are not there again by time', async () => {
    await guesses(10, everywhere)
    mesh.advance(1000 * hourMs)
    expect(await countedAt('eu-west', 'guess')).toBe('locked')
  })

  it('are counted before they are answered: asked for at once, they are no more', async () => {
    const asked = Array.from({ length: 40 }, (_, index) => countedAt(everywhere(index), 'guess'))
    const allowed = (await Promise.all(asked)).filter((code) => code === 'allowed')
    expect(allowed).toHaveLength(10)
  })

  it('stay counted where a zone is killed and its store is put back', async () => {
    const before = mesh.snapshot('eu-west')
    expect(await guesses(4, () => 'eu-west')).toBe(4)
    mesh.putBack('eu-west', before)
    restart('eu-west')
    expect(await guesses(15, () => 'eu-west')).toBe(6)
  })

  it('stay counted where the store is put back under a running node', async () => {
    const before = mesh.snapshot('eu-west')
    expect(await guesses(4, () => 'eu-west')).toBe(4)
    mesh.putBack('eu-west', before)
    expect(await countedAt('eu-west', 'guess')).toBe('not_counted')
    await expect(guesses(15, () => 'eu-west')).rejects.toThrow('store_failed')
    // The node that saw it ends; the next one asks the others what it had counted.
    restart('eu-west')
    expect(await guesses(15, () => 'eu-west')).toBe(6)
  })

  it('are one number for all nodes of a zone', async () => {
    mesh.start('eu-west')
    const [first, second] = mesh.nodes('eu-west')
    let allowed = 0
    for (let index = 0; index < 15; index += 1) {
      const node = index % 2 === 0 ? first! : second!
      if ((await node.counters.guess(mesh.entry, guess)).ok) allowed += 1
    }
    expect(allowed).toBe(10)
  })

  it('are not evaluated by a zone that no other stands behind', async () => {
    await hearAll()
    mesh.cut('eu-west', 'us-east', true)
    mesh.cut('eu-west', 'ap-south', true)
    expect(await countedAt('eu-west', 'guess')).toBe('not_counted')
    expect(await guesses(20, () => 'us-east')).toBe(7)
  })

  it('of another zone end with a success that it has not heard of', async () => {
    await guesses(3, everywhere)
    mesh.cut('ap-south', 'us-east', true)
    expect(await countedAt('us-east', 'succeeded')).toBe('allowed')
    mesh.cut('ap-south', 'us-east', false)
    // Those of the last window in ap-south are over with it: ten in the new one, no more.
    expect(await guesses(30, everywhere)).toBe(10)
  })
})

describe('after a start', () => {
  it('a node asks for all that is counted, before anyone comes', async () => {
    await hearAll()
    const before = mesh.snapshot('us-east')
    const beforeWest = mesh.snapshot('eu-west')
    mesh.cut('eu-west', 'ap-south', true)
    expect(await guesses(4, () => 'eu-west')).toBe(4)
    mesh.cut('eu-west', 'ap-south', false)
    // What us-east alone stood behind, its host takes from it, and it asks for it again.
    mesh.putBack('us-east', before)
    await restart('us-east').counters.tick()
    mesh.putBack('eu-west', beforeWest)
    restart('eu-west')
    // One more is lost, never found: us-east had given it, and both stores forgot that.
    expect(await guesses(15, () => 'eu-west')).toBe(5)
  })
})
