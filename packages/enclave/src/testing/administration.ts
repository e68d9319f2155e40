/**
 * Random administration of a wallet in three zones, against a model of a few lines that says what
 * each zone may sign after each step. For tests.
 */
import type { MarkAnswer, WalletAnswer } from '@holdfast/base/answers'
import { toHex, utf8 } from '@holdfast/base/bytes'
import { PersonId } from '@holdfast/base/ids'
import type { Policy } from '@holdfast/base/policy'
import type { Wallet } from '@holdfast/base/wallet'
import * as fc from 'fast-check'
import { getAddress, serializeTransaction } from 'viem'
import { expect } from 'vitest'
import { codeOf, must, recipient, signRequest } from './core-world.ts'
import { createRequest, expiresAt, send, type TestKey, testKey } from './test-client.ts'
import type { TestMesh } from './test-mesh.ts'

const zones = ['eu-west', 'us-east', 'ap-south'] as const
const hourMs = 3_600_000
const delayMs = 10 * hourMs
const names = ['alice', 'bob', 'carol'] as const

/** What the policy says: the most that one owner pays alone, none where nobody does; a denial. */
type Terms = { readonly bound: number; readonly denied: boolean }
const begin: Terms = { bound: 5, denied: false }

/** More than any bound: two owners pay that. */
const large = 50

const policyOf = ({ bound, denied }: Terms): Policy => ({
  format: 'holdfast policy v1',
  changes: { quorum: 2, delayMs },
  rules: [
    { id: 'see', effect: 'allow', operations: ['wallet.show'] },
    ...(bound === 0
      ? []
      : [
          {
            id: 'spend',
            effect: 'allow' as const,
            operations: ['sign' as const],
            when: { maxAmount: `${bound}`, maxFee: '210000' },
          },
        ]),
    {
      id: 'together',
      effect: 'allow',
      operations: ['sign'],
      persons: names.map(PersonId),
      quorum: 2,
      when: { maxAmount: `${large}`, maxFee: '210000' },
    },
    ...(denied
      ? [
          {
            id: 'stop',
            effect: 'deny' as const,
            operations: ['sign' as const],
            when: { to: [getAddress(recipient)] },
          },
        ]
      : []),
  ],
})

const isTighter = (before: Terms, after: Terms): boolean =>
  after.bound <= before.bound && (after.denied || !before.denied)
const isSame = (left: Terms, right: Terms): boolean =>
  left.bound === right.bound && left.denied === right.denied

const owner = fc.nat({ max: 2 })
const owners = fc.uniqueArray(owner, { minLength: 1, maxLength: 3 })
/** Zero: the rule that allows is gone. */
const terms = fc.record({
  bound: fc.constantFrom(0, 1, 2, 3, 4, 5, 6, 7, 8, 9),
  denied: fc.constantFrom(false, false, false, true),
})
const zone = fc.constantFrom(...zones)
export const step = fc.oneof(
  fc.record({ type: fc.constant('policy' as const), terms, owners, zone }),
  fc.record({ type: fc.constant('ask' as const), owner }),
  fc.record({ type: fc.constant('approve' as const), which: fc.nat({ max: 1 }), owner, zone }),
  fc.record({ type: fc.constant('cancel' as const), which: fc.nat({ max: 2 }), owner, zone }),
  fc.record({ type: fc.constant('freeze' as const), owner, zone }),
  fc.record({ type: fc.constant('unfreeze' as const), owners, zone }),
  fc.record({ type: fc.constant('revoke' as const), zone }),
  fc.record({ type: fc.constant('pass' as const), hours: fc.constantFrom(1, 6, 11) }),
  fc.record({ type: fc.constant('pass' as const), hours: fc.constantFrom(11) }),
  fc.record({
    type: fc.constant('policy' as const),
    terms,
    owners: fc.constantFrom([0, 1], [0, 2]),
    zone,
  }),
)
export type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never

type Waits = {
  readonly hash: string
  readonly by: readonly number[]
  readonly opensAtMs: number
  readonly base: Terms
  readonly to: Terms | undefined
  readonly marks: readonly string[]
  cancelled: boolean
}

/** A payment of two owners that waits for the second. */
type Asked = { readonly bytes: Uint8Array; readonly hash: string; readonly by: Set<number> }

/** What the design says, in as few words as it can be said: who may do what, and when. */
class Model {
  terms = begin
  readonly alive = new Set([0, 1, 2])
  frozen: string[] = []
  waits: Waits[] = []
  asked: Asked[] = []

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
        } else if (isSame(change.base, this.terms)) this.terms = change.to
      }
    }
  }
}

export class World {
  readonly model = new Model()
  readonly wallet: Wallet
  /** How many payments of two owners were signed. */
  paid = 0
  readonly #mesh: TestMesh
  readonly #keys: readonly TestKey[]
  #count = 0

  constructor(mesh: TestMesh, keys: readonly TestKey[], wallet: Wallet) {
    this.#mesh = mesh
    this.#keys = keys
    this.wallet = wallet
  }

  request(operation: string, rest: object = {}): object {
    this.#count += 1
    const { id } = this.wallet
    return {
      operation,
      mesh: this.#mesh.mesh,
      expiresAt: expiresAt(this.#mesh, 300_000 + this.#count),
      wallet: id,
      ...rest,
    }
  }

  send<Value>(at: string, request: object, purpose: 'change' | 'read', by: readonly number[]) {
    const signing = by.map((index) => this.#keys[index] as TestKey)
    return send<Value>(this.#mesh.node(at).core, request, purpose, signing)
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

  async policy({ terms: to, owners: by, zone: at }: Extract<Step, { type: 'policy' }>) {
    const { model } = this
    if (model.waits.length > 6) return
    const { answer, whole } = await this.change(at, 'policy.change', by, { policy: policyOf(to) })
    if (!whole) return expect(codeOf(answer)).toBe('unauthenticated')
    if (isTighter(model.terms, to)) {
      model.terms = to
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
    to: Terms | undefined,
    marks: readonly string[],
  ): void {
    const hash = wallet.pending?.at(-1)?.request ?? ''
    const opensAtMs = this.#mesh.nowMs() + delayMs
    const base = this.model.terms
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
    const credential = this.#keys[2]?.credential.id
    const { answer } = await this.change(at, 'credential.remove', [2], { credential })
    expect(codeOf(answer)).toBe('ok')
    this.model.alive.delete(2)
  }

  async pass({ hours }: Extract<Step, { type: 'pass' }>) {
    this.#mesh.advance(hours * hourMs)
    for (let round = 0; round < 3; round += 1) {
      for (const at of zones) await this.#mesh.node(at).core.tick()
      this.#mesh.advance(3000)
    }
    this.model.pass(this.#mesh.nowMs())
  }

  async ask({ owner: by }: Extract<Step, { type: 'ask' }>) {
    const expires = expiresAt(this.#mesh, 100 * hourMs + this.#next())
    const request = signRequest(this.#mesh, this.wallet, {
      payload: payloadOf(large),
      wait: true,
      expiresAt: expires,
    })
    const bytes = utf8(JSON.stringify(request))
    const answer = await send(this.#home(), bytes, 'sign', [this.#keys[by] as TestKey])
    // Alone nobody pays it: it waits, or is refused.
    const code = codeOf(answer)
    const { model } = this
    if (code !== 'waiting')
      return expect(['unauthenticated', 'frozen', 'policy_denied']).toContain(code)
    expect([model.alive.has(by), model.frozen.length, model.terms.denied]).toEqual([true, 0, false])
    const hash = toHex(this.#mesh.crypto.sha256(bytes))
    model.asked.push({ bytes, hash, by: new Set([by]) })
  }

  async approve({ which, owner: by, zone: at }: Extract<Step, { type: 'approve' }>) {
    const { model } = this
    const asked = model.asked[which]
    if (asked === undefined) return
    const proofs = [(this.#keys[by] as TestKey).authorise('approve', asked.bytes)]
    const request = this.request('approval.approve', { request: asked.hash, proofs })
    await send(this.#mesh.node(at).core, request, 'approve', [])
    const again = await send(this.#home(), asked.bytes, 'sign', [this.#keys[0] as TestKey])
    if (model.alive.has(by)) asked.by.add(by)
    if (!again.ok) return
    // Signed: then the rules allowed it, now or when it was approved, which is the same step.
    expect(model.able([...asked.by])).toBeGreaterThan(1)
    expect([model.frozen.length, model.terms.denied]).toEqual([0, false])
    model.asked = model.asked.filter((one) => one !== asked)
    this.paid += 1
  }

  /** At every zone, the largest amount that is signed is the bound; nothing is while frozen. */
  async check(): Promise<void> {
    const { frozen, terms: now } = this.model
    for (const at of zones) {
      for (const amount of [Math.max(now.bound, 1), now.bound + 1]) {
        const code = await this.#sign(at, amount)
        if (frozen.length > 0) expect(code, `${amount} at ${at}`).toBe('frozen')
        else if (now.denied) expect(code, `${amount} at ${at}`).toBe('policy_denied')
        else expect(code, `${amount} at ${at}`).toBe(amount > now.bound ? 'quorum_not_met' : 'ok')
      }
    }
  }

  #home() {
    return this.#mesh.node('eu-west').core
  }

  #next(): number {
    this.#count += 1
    return this.#count
  }

  async #sign(at: string, amount: number): Promise<string> {
    const [alive = 0] = this.model.alive
    const request = signRequest(this.#mesh, this.wallet, { payload: payloadOf(amount) })
    const key = this.#keys[alive] as TestKey
    return codeOf(await send(this.#mesh.node(at).core, request, 'sign', [key]))
  }
}

const payloadOf = (amount: number) => ({
  kind: 'ethereum.transaction',
  transaction: serializeTransaction({
    type: 'eip1559',
    chainId: 31337,
    nonce: 0,
    to: recipient,
    value: BigInt(amount),
    gas: 21000n,
    maxFeePerGas: 10n,
    maxPriorityFeePerGas: 1n,
  }).slice(2),
})

/** Three owners of a wallet in three zones. */
export const ownersOf = (mesh: TestMesh): readonly TestKey[] =>
  names.map((name) => testKey(mesh, name))

/** Carries the steps out and compares after each; how many payments of two owners were signed. */
export const administer = async (mesh: TestMesh, steps: readonly Step[]): Promise<number> => {
  const keys = ownersOf(mesh)
  const creation = createRequest(mesh, keys, { policy: policyOf(begin), staleAfterMs: 1e9 })
  const created = await send<WalletAnswer>(mesh.node('eu-west').core, creation, 'enrol', keys)
  const world = new World(mesh, keys, must(created).wallet)
  for (const one of steps) {
    await (world[one.type] as (of: Step) => Promise<unknown>).call(world, one)
    // Every zone has what is final, before it is compared.
    for (const at of zones) await mesh.node(at).core.tick()
    await world.check()
  }
  return world.paid
}
