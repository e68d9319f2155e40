import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createCrypto } from '../crypto/create-crypto.ts'
import { createEntropy } from '../crypto/entropy.ts'
import type { Crypto } from '../ports/crypto.ts'
import { type CountingMesh, createCountingMesh, hourlyCounter } from './testing/counting-mesh.ts'

const entropy = createEntropy()
const zones = ['ap-south', 'eu-west', 'us-east'] as const
const [low, middle, high] = zones
const hourMs = 3_600_000
const limit = 6
const counter = hourlyCounter(limit)

let crypto: Crypto & Disposable
let mesh: CountingMesh
let asked = 0
beforeAll(async () => {
  crypto = await createCrypto({ entropy })
})
afterAll(() => crypto[Symbol.dispose]())
beforeEach(() => {
  mesh = createCountingMesh({ crypto, entropy, zones })
})

const newKey = (): string => {
  asked += 1
  return asked.toString(16).padStart(64, '0')
}
const charge = async (zone: string, key: string, doubt: object = {}): Promise<string> => {
  const amounts = [{ counter, amount: 1n }]
  const ask = { key, amounts, expiresAtMs: 2e12, ...doubt }
  const charged = await mesh.nodes(zone)[0]!.counters.charge(mesh.entry, ask)
  return charged.ok ? 'ok' : charged.refusal.code
}
const doubtful = (zone: string, key: string) => charge(zone, key, { isDoubtful: true })
const tick = async (rounds = 3): Promise<void> => {
  for (let round = 0; round < rounds; round += 1) {
    mesh.advance(8000)
    for (const zone of zones) await mesh.nodes(zone)[0]!.counters.tick()
  }
}
/** How many requests more are counted before the limit is spent. */
const left = async (): Promise<number> => {
  let count = 0
  while (count <= limit && (await charge(zones[count % 3]!, newKey())) === 'ok') count += 1
  while (count <= limit && (await charge(middle, newKey())) === 'ok') count += 1
  return count
}

describe('a request that two zones have counted', () => {
  it.each([
    { first: high, second: low, what: 'the zone that should have counted gives back' },
    { first: low, second: high, what: 'the zone that counted in its place gives back' },
  ])('is counted once in the end: $what', async ({ first, second }) => {
    const key = newKey()
    expect([await charge(first, key), await doubtful(second, key)]).toEqual(['ok', 'ok'])
    await tick()
    expect(await left()).toBe(limit - 1)
  })

  it('is counted once in the end where three have', async () => {
    const key = newKey()
    await charge(middle, key)
    await Promise.all([doubtful(low, key), doubtful(high, key)])
    await tick()
    expect(await left()).toBe(limit - 1)
  })

  it('is given back when the other zone can be asked, however late that is', async () => {
    const key = newKey()
    await charge(low, key)
    mesh.cut(low, high, true)
    await doubtful(high, key)
    await tick(2)
    mesh.cut(low, high, false)
    await tick(8)
    expect(await left()).toBe(limit - 1)
  })

  it('is given back once, and a repeat is not charged again', async () => {
    const key = newKey()
    await charge(low, key)
    for (let round = 0; round < 3; round += 1) {
      expect(await doubtful(high, key)).toBe('ok')
      await tick()
    }
    expect(await left()).toBe(limit - 1)
  })

  it('stays counted twice where the zone that would give back has begun anew', async () => {
    const key = newKey()
    await charge(low, key)
    await doubtful(high, key)
    mesh.kill(mesh.nodes(high)[0]!)
    mesh.start(high)
    await doubtful(high, key)
    await tick()
    expect(await left()).toBeLessThanOrEqual(limit - 2)
  })

  it('stays counted in each of two windows', async () => {
    const key = newKey()
    await charge(low, key)
    mesh.advance(hourMs)
    await doubtful(high, key)
    await tick()
    expect(await left()).toBe(limit - 1)
  })

  it('that only one has counted stays counted', async () => {
    await doubtful(high, newKey())
    await charge(low, newKey())
    await tick()
    expect(await left()).toBe(limit - 2)
  })
})
