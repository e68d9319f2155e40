import type { MarkAnswer, WalletAnswer } from '@holdfast/base/answers'
import type { Policy } from '@holdfast/base/policy'
import type { Wallet } from '@holdfast/base/wallet'
import * as fc from 'fast-check'
import { serializeTransaction } from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { codeOf, must, recipient, signRequest } from './testing/core-world.ts'
import { createRequest, expiresAt, send, type TestKey, testKey } from './testing/test-client.ts'
import { createTestMesh, type TestMesh } from './testing/test-mesh.ts'

const zones = ['eu-west', 'us-east', 'ap-south'] as const
const hourMs = 3_600_000
const delayMs = 10 * hourMs
const names = ['alice', 'bob', 'carol'] as const

let mesh: TestMesh
let keys: readonly TestKey[]
beforeAll(async () => {
  mesh = await createTestMesh()
  keys = names.map((name) => testKey(mesh, name))
})
afterAll(() => mesh.stop())

const policyOf = (bound: number): Policy => ({
  format: 'holdfast policy v1',
  changes: { quorum: 2, delayMs },
  rules: [
    { id: 'see', effect: 'allow', operations: ['wallet.show'] },
    {
      id: 'spend',
      effect: 'allow',
      operations: ['sign'],
      when: { maxAmount: `${bound}`, maxFee: '210000' },
    },
  ],
})

const owner = fc.nat({ max: 2 })
const owners = fc.uniqueArray(owner, { minLength: 1, maxLength: 3 })
const bound = fc.integer({ min: 1, max: 9 })
const zone = fc.constantFrom(...zones)
const step = fc.oneof(
  fc.record({ type: fc.constant('policy' as const), bound, owners, zone }),
  fc.record({ type: fc.constant('cancel' as const), which: fc.nat({ max: 2 }), owner, zone }),
  fc.record({ type: fc.constant('freeze' as const), owner, zone }),
  fc.record({ type: fc.constant('unfreeze' as const), owners, zone }),
  fc.record({ type: fc.constant('revoke' as const), zone }),
  fc.record({ type: fc.constant('pass' as const), hours: fc.constantFrom(1, 6, 11) }),
  fc.record({ type: fc.constant('pass' as const), hours: fc.constantFrom(11) }),
  fc.record({
    type: fc.constant('policy' as const),
    bound,
    owners: fc.constantFrom([0, 1], [0, 2]),
    zone,
  }),
)
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never

type Waits = {
  readonly hash: string
  readonly by: readonly number[]
  readonly opensAtMs: number
  readonly base: number
  readonly to: number | undefined
  readonly marks: readonly string[]
  cancelled: boolean
}

/** What the design says, in as few words as it can be said: who may do what, and when. */
class Model {
  bound = 5
  readonly alive = new Set([0, 1, 2])
  frozen: string[] = []
  waits: Waits[] = []

  able(by: readonly number[]): number {
    return new Set(by.filter((one) => this.alive.has(one))).size
  }

  pass(nowMs: number): void {
    for (let again = true; again; ) {
      again = false
      for (const change of this.waits.slice()) {
        const due = change.opensAtMs <= nowMs
        const held = this.frozen.length > 0 && change.to !== undefined
        if (!change.cancelled && (!due || held)) continue
        this.waits = this.waits.filter((one) => one !== change)
        again = true
        if (change.cancelled || this.able(change.by) < 2) continue
        if (change.to === undefined) {
          this.frozen = this.frozen.filter((id) => !change.marks.includes(id))
        } else if (change.base === this.bound) this.bound = change.to
      }
    }
  }
}

class World {
  readonly model = new Model()
  readonly wallet: Wallet
  #count = 0

  constructor(wallet: Wallet) {
    this.wallet = wallet
  }

  request(operation: string, rest: object = {}): object {
    this.#count += 1
    const { id } = this.wallet
    return {
      operation,
      mesh: mesh.mesh,
      expiresAt: expiresAt(mesh, 300_000 + this.#count),
      wallet: id,
      ...rest,
    }
  }

  send<Value>(at: string, request: object, purpose: 'change' | 'read', by: readonly number[]) {
    const signing = by.map((index) => keys[index] as TestKey)
    return send<Value>(mesh.node(at).core, request, purpose, signing)
  }

  async show(): Promise<Wallet> {
    const asked = this.request('wallet.show')
    const by = [...this.model.alive].slice(0, 1)
    return must(await this.send<WalletAnswer>('eu-west', asked, 'read', by)).wallet
  }

  async base() {
    const { epoch, version } = await this.show()
    return { epoch, version }
  }

  /** Changes that lack an owner who is alive, or the quorum, come to nothing. */
  async change(at: string, operation: string, by: readonly number[], rest: object) {
    const known = by.filter((one) => this.model.alive.has(one))
    const request = this.request(operation, { base: await this.base(), ...rest })
    const answer = await this.send<WalletAnswer>(at, request, 'change', by)
    return { answer, whole: known.length === by.length }
  }

  async policy({ bound: to, owners: by, zone: at }: Extract<Step, { type: 'policy' }>) {
    const { model } = this
    if (model.waits.length > 6) return
    const { answer, whole } = await this.change(at, 'policy.change', by, { policy: policyOf(to) })
    if (!whole) return expect(codeOf(answer)).toBe('unauthenticated')
    if (to <= model.bound) {
      model.bound = to
      return expect(codeOf(answer)).toBe('ok')
    }
    if (model.frozen.length > 0) return expect(codeOf(answer)).toBe('frozen')
    if (model.able(by) < 2) return expect(codeOf(answer)).toBe('quorum_not_met')
    this.#wait(must(answer), by, to, [])
  }

  async unfreeze({ owners: by, zone: at }: Extract<Step, { type: 'unfreeze' }>) {
    const { model } = this
    const marks = [...model.frozen]
    if (marks.length === 0 || model.waits.length > 6) return
    const { answer, whole } = await this.change(at, 'wallet.unfreeze', by, { marks })
    if (!whole) return expect(codeOf(answer)).toBe('unauthenticated')
    if (model.able(by) < 2) return expect(codeOf(answer)).toBe('quorum_not_met')
    this.#wait(must(answer), by, undefined, marks)
  }

  #wait(
    { wallet }: WalletAnswer,
    by: readonly number[],
    to: number | undefined,
    marks: readonly string[],
  ): void {
    const hash = wallet.pending?.at(-1)?.request ?? ''
    const opensAtMs = mesh.nowMs() + delayMs
    const base = this.model.bound
    this.model.waits.push({ hash, by, opensAtMs, base, to, marks, cancelled: false })
  }

  async cancel({ which, owner: by, zone: at }: Extract<Step, { type: 'cancel' }>) {
    const change = this.model.waits[which]
    if (change === undefined) return
    const request = this.request('change.cancel', { change: change.hash })
    const answer = await this.send<MarkAnswer>(at, request, 'change', [by])
    if (!this.model.alive.has(by)) return expect(codeOf(answer)).toBe('unauthenticated')
    expect(must(answer).final).toBe(true)
    change.cancelled = true
  }

  async freeze({ owner: by, zone: at }: Extract<Step, { type: 'freeze' }>) {
    const answer = await this.send<MarkAnswer>(at, this.request('wallet.freeze'), 'change', [by])
    if (!this.model.alive.has(by)) return expect(codeOf(answer)).toBe('unauthenticated')
    const ids = must(answer).marks.flatMap((mark) => (mark.type === 'freeze' ? [mark.id] : []))
    this.model.frozen = [...new Set([...this.model.frozen, ...ids])]
  }

  async revoke({ zone: at }: Extract<Step, { type: 'revoke' }>) {
    if (this.model.alive.size < 3) return
    const credential = keys[2]?.credential.id
    const { answer } = await this.change(at, 'credential.remove', [2], { credential })
    expect(codeOf(answer)).toBe('ok')
    this.model.alive.delete(2)
  }

  async pass({ hours }: Extract<Step, { type: 'pass' }>) {
    mesh.advance(hours * hourMs)
    for (let round = 0; round < 3; round += 1) {
      for (const at of zones) await mesh.node(at).core.tick()
      mesh.advance(3000)
    }
    this.model.pass(mesh.nowMs())
  }

  /** At every zone, the largest amount that is signed is the bound; nothing is while frozen. */
  async check(): Promise<void> {
    const { frozen } = this.model
    const largest = this.model.bound
    for (const at of zones) {
      for (const amount of [largest, largest + 1]) {
        const expected = frozen.length > 0 ? 'frozen' : amount > largest ? 'policy_denied' : 'ok'
        expect(await this.#sign(at, amount), `${amount} at ${at}`).toBe(expected)
      }
    }
  }

  async #sign(at: string, amount: number): Promise<string> {
    const transaction = serializeTransaction({
      type: 'eip1559',
      chainId: 31337,
      nonce: 0,
      to: recipient,
      value: BigInt(amount),
      gas: 21000n,
      maxFeePerGas: 10n,
      maxPriorityFeePerGas: 1n,
    }).slice(2)
    const payload = { kind: 'ethereum.transaction', transaction }
    const [alive = 0] = this.model.alive
    const key = keys[alive] as TestKey
    return codeOf(
      await send(mesh.node(at).core, signRequest(mesh, this.wallet, { payload }), 'sign', [key]),
    )
  }
}

const run = async (steps: readonly Step[]): Promise<void> => {
  const creation = createRequest(mesh, keys, { policy: policyOf(5), staleAfterMs: 1e9 })
  const created = await send<WalletAnswer>(mesh.node('eu-west').core, creation, 'enrol', keys)
  const world = new World(must(created).wallet)
  for (const one of steps) {
    await (world[one.type] as (of: Step) => Promise<unknown>).call(world, one)
    // Every zone has what is final, before it is compared.
    for (const at of zones) await mesh.node(at).core.tick()
    await world.check()
  }
}

describe('administration', () => {
  it('in any order lets no signature out that the rules of change did not allow', async () => {
    await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 12 }), run), {
      numRuns: 25,
    })
  })
})
