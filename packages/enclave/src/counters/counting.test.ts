import { CredentialId } from '@holdfast/base/ids'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createCrypto } from '../crypto/create-crypto.ts'
import { createEntropy } from '../crypto/entropy.ts'
import type { Crypto } from '../ports/crypto.ts'
import type { MemorySnapshot } from '../testing/memory-store.ts'
import { windowAt } from './counter.ts'
import {
  type CountingMesh,
  type CountingNode,
  createCountingMesh,
  hourlyCounter,
} from './testing/counting-mesh.ts'

const entropy = createEntropy()
const hourMs = 3_600_000
const limit = 12
const counter = hourlyCounter(limit)
const guess = { credential: CredentialId(`crd_${'ab'.repeat(16)}`), limit: 5 }

let crypto: Crypto & Disposable
beforeAll(async () => {
  crypto = await createCrypto({ entropy })
})
afterAll(() => crypto[Symbol.dispose]())

type Step =
  | { readonly type: 'charge' | 'guess'; readonly zone: number; readonly count: number }
  | { readonly type: 'again'; readonly zone: number; readonly back: number }
  | { readonly type: 'tick' }
  | { readonly type: 'success' | 'restart' | 'join' | 'leave' | 'back'; readonly zone: number }
  | { readonly type: 'cut' | 'mend'; readonly zone: number; readonly other: number }
  | { readonly type: 'clock'; readonly zone: number; readonly ms: number }
  | { readonly type: 'pass'; readonly ms: number }
  | { readonly type: 'lose'; readonly every: number }

const zone = fc.nat({ max: 4 })
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      type: fc.constant('charge' as const),
      zone,
      count: fc.integer({ min: 1, max: 9 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant('guess' as const),
      zone,
      count: fc.integer({ min: 1, max: 4 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ type: fc.constant('again' as const), zone, back: fc.nat({ max: 9 }) }),
  },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('tick' as const) }) },
  fc.record({
    type: fc.constantFrom('success', 'restart', 'join', 'leave', 'back' as const),
    zone,
  }),
  fc.record({ type: fc.constantFrom('cut', 'mend', 'mend' as const), zone, other: zone }),
  fc.record({
    type: fc.constant('clock' as const),
    zone,
    ms: fc.constantFrom(0, hourMs, -hourMs, 40_000),
  }),
  fc.record({ type: fc.constant('pass' as const), ms: fc.constantFrom(5000, 600_000, hourMs) }),
  fc.record({ type: fc.constant('lose' as const), every: fc.constantFrom(0, 0, 2, 5) }),
)

/** Zones under faults, and a book of what they allowed. */
class Run {
  readonly mesh: CountingMesh
  readonly names: readonly string[]
  /** By window: the requests that were charged, wherever. */
  readonly charged = new Map<number, Set<string>>()
  guessed = 0
  #key = 0
  #pending: Promise<unknown>[] = []
  /** One store at a time is put back, and only to what the others have not given up since. */
  #backed: string | undefined
  #snapshot: MemorySnapshot | undefined
  #turned: string | undefined

  constructor(count: number) {
    this.names = ['eu-west', 'us-east', 'ap-south', 'sa-east', 'eu-north'].slice(0, count)
    this.mesh = createCountingMesh({
      crypto,
      entropy,
      zones: this.names,
      delay: () => new Promise((resolve) => setImmediate(resolve)),
    })
  }

  #name(index: number): string {
    return this.names[index % this.names.length]!
  }

  #node(index: number): CountingNode | undefined {
    const nodes = this.mesh.nodes(this.#name(index))
    return nodes[index % Math.max(1, nodes.length)]
  }

  async #charge(node: CountingNode, key: string, doubt: object = {}): Promise<void> {
    const ask = { key, amounts: [{ counter, amount: 1n }], expiresAtMs: 2e12, ...doubt }
    const charged = await node.counters.charge(this.mesh.entry, ask)
    if (!charged.ok) return
    const record = await node.counters.chargedFor(this.mesh.entry, key)
    for (const { window } of record) {
      this.charged.set(window, (this.charged.get(window) ?? new Set()).add(key))
    }
  }

  async #settle(): Promise<void> {
    await Promise.all(this.#pending)
    this.#pending = []
  }

  async step(at: Step): Promise<void> {
    const { mesh } = this
    const node = 'zone' in at ? this.#node(at.zone) : undefined
    const name = 'zone' in at ? this.#name(at.zone) : ''
    if (at.type === 'charge' && node !== undefined) {
      for (let index = 0; index < at.count; index += 1) {
        this.#key += 1
        this.#pending.push(this.#charge(node, this.#key.toString(16).padStart(64, '0')))
      }
      // Half of them go on while other things happen.
      if (at.count % 2 === 0) await this.#settle()
    } else if (at.type === 'again' && node !== undefined) {
      const key = Math.max(1, this.#key - at.back)
      const isDoubtful = { isDoubtful: true }
      this.#pending.push(this.#charge(node, key.toString(16).padStart(64, '0'), isDoubtful))
      await this.#settle()
    } else if (at.type === 'tick') {
      const nodes = this.names.flatMap((zone) => mesh.nodes(zone))
      this.#pending.push(...nodes.map(({ counters }) => counters.tick()))
    } else if (at.type === 'guess' && node !== undefined) {
      await this.#settle()
      const asked = Array.from({ length: at.count }, () => node.counters.guess(mesh.entry, guess))
      this.guessed += (await Promise.all(asked)).filter(({ ok }) => ok).length
      expect(this.guessed).toBeLessThanOrEqual(guess.limit)
    } else if (at.type === 'success' && node !== undefined) {
      await this.#settle()
      await node.counters.succeeded(mesh.entry, guess)
      this.guessed = 0
    } else if (at.type === 'restart') {
      for (const one of mesh.nodes(name)) mesh.kill(one)
      mesh.start(name)
    } else if (at.type === 'join') {
      if (mesh.nodes(name).length < 3) mesh.start(name)
    } else if (at.type === 'leave') {
      const [one, ...others] = mesh.nodes(name)
      if (one !== undefined && others.length > 0) mesh.kill(one)
    } else if (at.type === 'back') {
      await this.#putBack(name)
    } else if (at.type === 'cut' || at.type === 'mend') {
      mesh.cut(name, this.#name(at.other), at.type === 'cut')
    } else if (at.type === 'clock') {
      if (this.#turned === undefined || this.#turned === name) mesh.setClock(name, at.ms)
      this.#turned = at.ms === 0 ? undefined : name
    } else if (at.type === 'pass') {
      mesh.advance(at.ms)
    } else if (at.type === 'lose') {
      let asked = 0
      mesh.loses = () => at.every > 0 && (asked += 1) % at.every === 0
    }
    for (const { size } of this.charged.values()) expect(size).toBeLessThanOrEqual(limit)
  }

  /** First it is copied, then it is put back, with the zone's nodes started again. */
  async #putBack(name: string): Promise<void> {
    if (this.#backed === undefined) {
      this.#backed = name
      this.#snapshot = this.mesh.snapshot(name)
      return
    }
    if (this.#snapshot === undefined) return
    const zone = this.#backed
    for (const one of this.mesh.nodes(zone)) this.mesh.kill(one)
    this.mesh.putBack(zone, this.#snapshot)
    this.#snapshot = undefined
    this.mesh.start(zone)
  }

  async end(): Promise<void> {
    await this.#settle()
    for (const { size } of this.charged.values()) expect(size).toBeLessThanOrEqual(limit)
  }
}

describe('what zones count under faults', () => {
  it('is at most the limit in each window, and at most the guesses between successes', async () => {
    let most = 0
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 5 }),
        fc.array(step, { minLength: 5, maxLength: 40 }),
        async (count, steps) => {
          const run = new Run(count)
          for (const at of steps) {
            // Alone a zone has nobody who remembers for it.
            if (count === 1 && at.type === 'back') continue
            await run.step(at)
          }
          await run.end()
          most = Math.max(most, ...[...run.charged.values()].map(({ size }) => size))
        },
      ),
      { numRuns: 80 },
    )
    expect(most).toBe(limit)
    expect(windowAt(hourMs, hourMs)).toBe(1)
  })
})
