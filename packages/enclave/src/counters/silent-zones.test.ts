/** Zones of which nothing is heard while others count. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createCrypto } from '../crypto/create-crypto.ts'
import { createEntropy } from '../crypto/entropy.ts'
import type { Crypto } from '../ports/crypto.ts'
import type { Counter, CounterId } from './counter.ts'
import { type CountingMesh, createCountingMesh } from './testing/counting-mesh.ts'

const entropy = createEntropy()
const limit = 12
const counter: Counter = {
  id: 'rule signatures 3600000' as CounterId,
  limit: BigInt(limit),
  lengthMs: 3_600_000,
  exact: false,
}
const zones = ['eu-west', 'us-east', 'ap-south'] as const

let crypto: Crypto & Disposable
let mesh: CountingMesh
let keys = 0
beforeAll(async () => {
  crypto = await createCrypto({ entropy })
})
afterAll(() => crypto[Symbol.dispose]())
beforeEach(() => {
  mesh = createCountingMesh({ crypto, entropy, zones })
  keys = 0
})

const turns = 3000

/** `waits` where nothing but the end of a silence settles it. */
const soon = async (work: Promise<string>): Promise<string> => {
  const turn = async (left: number): Promise<string> => {
    await new Promise((resolve) => setImmediate(resolve))
    return left === 0 ? 'waits' : turn(left - 1)
  }
  return Promise.race([work, turn(turns)])
}

const charge = async (zone: string): Promise<string> => {
  keys += 1
  const key = keys.toString(16).padStart(64, '0')
  const ask = { key, amounts: [{ counter, amount: 1n }], expiresAtMs: 2e12 }
  const charged = await mesh.nodes(zone)[0]!.counters.charge(mesh.entry, ask)
  return charged.ok ? 'counted' : charged.refusal.code
}

const chargeAll = async (zone: string, most: number): Promise<readonly string[]> => {
  const codes: string[] = []
  for (let one = 0; one < most; one += 1) codes.push(await soon(charge(zone)))
  return codes
}

describe('a zone that gives no sign of life', () => {
  it('is not waited for: another gives its share', async () => {
    for (const zone of zones) expect(await charge(zone)).toBe('counted')
    mesh.silence('us-east', true)
    const codes = await chargeAll('eu-west', limit)
    expect(codes).not.toContain('waits')
    // All but what the silent zone has of it: no more, for nobody knows what it spends.
    const counted = codes.filter((code) => code === 'counted').length
    expect(counted).toBe(6)
    expect(codes.slice(counted)).toEqual(Array.from({ length: 6 }, () => 'limit_exceeded'))
  })

  it('has given what it gives late: nothing of the limit is lost', async () => {
    for (const zone of zones) expect(await charge(zone)).toBe('counted')
    mesh.silence('us-east', true)
    const during = await chargeAll('eu-west', limit)
    mesh.silence('us-east', false)
    mesh.advance(60_000)
    const after = await chargeAll('eu-west', limit)
    const counted = [...during, ...after].filter((code) => code === 'counted').length
    expect(counted).toBe(limit - zones.length)
  })

  it('is refused for, not waited for, where no majority is heard', async () => {
    for (const zone of zones) expect(await charge(zone)).toBe('counted')
    mesh.silence('us-east', true)
    mesh.silence('ap-south', true)
    mesh.advance(60_000)
    expect(await soon(charge('eu-west'))).toBe('time_unknown')
    mesh.silence('ap-south', false)
    mesh.advance(60_000)
    expect(await soon(charge('eu-west'))).toBe('counted')
  })
})
