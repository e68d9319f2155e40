import { type Bytes, toHex } from '@holdfast/base/bytes'
import { WalletId, ZoneId } from '@holdfast/base/ids'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bucketOf, createDigests, type Digests, differingBuckets } from './digests.ts'

const here = ZoneId('eu-west')
const there = ZoneId('us-east')
const elsewhere = ZoneId('ap-south')
const wallets = Array.from({ length: 6 }, (_, index) =>
  WalletId(`wal_0000${(index * 0x31).toString(16).padStart(40, '0')}`),
)

type State = Map<
  WalletId,
  { hash: string; holders: readonly ZoneId[]; objects: Map<string, object> }
>
type HeldObject = { readonly hash: string; readonly destroyed: boolean }

const hash = fc.uint8Array({ minLength: 32, maxLength: 32 }).map(toHex)
const step = fc.record({
  wallet: fc.constantFrom(...wallets),
  hash,
  holders: fc.constantFrom([here, there], [here, elsewhere], [here, there, elsewhere]),
  object: fc.option(fc.constantFrom('first', 'second')),
  destroyed: fc.boolean(),
  removed: fc.boolean(),
})
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never

const objectsOf = (held: State extends Map<WalletId, infer Held> ? Held : never) =>
  held.objects as Map<string, HeldObject>

/** As the tables do: the wallet as it was and is, the objects of wallets that are held. */
const apply = (digests: Digests, state: State, one: Step): void => {
  const { wallet: id, holders, object } = one
  const before = state.get(id)
  if (object !== null && before !== undefined) {
    const held = objectsOf(before)
    const after = one.removed ? undefined : { hash: one.hash, destroyed: one.destroyed }
    digests.object({ id, holders: before.holders }, held.get(object), after)
    if (after === undefined) held.delete(object)
    else held.set(object, after)
    return
  }
  const after = { hash: one.hash, holders, objects: before?.objects ?? new Map<string, object>() }
  digests.wallet(id, before, after)
  state.set(id, after)
}

const anew = (state: State): Digests => {
  const digests = createDigests()
  for (const [id, held] of [...state].toReversed()) {
    for (const object of objectsOf(held).values()) {
      digests.object({ id, holders: [] }, undefined, object)
    }
    digests.wallet(id, undefined, held)
  }
  return digests
}

const equal = (left: Bytes, right: Bytes): boolean => toHex(left) === toHex(right)

describe('digests of what holders hold', () => {
  it('are those of what is held, however it came', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const digests = createDigests()
        const state: State = new Map()
        for (const one of steps) apply(digests, state, one)
        for (const zone of [there, elsewhere]) {
          if (!equal(digests.of(zone), anew(state).of(zone))) return false
        }
        return true
      }),
    )
  })

  it('differ in the bucket of a wallet that was lost, and in no other', () => {
    const [first, second] = wallets as [WalletId, WalletId]
    const held = { hash: 'ab'.repeat(32), holders: [here, there] }
    const whole = createDigests()
    for (const id of [first, second]) whole.wallet(id, undefined, held)
    const before = whole.of(there)
    whole.wallet(second, held, undefined)
    expect(differingBuckets(before, whole.of(there))).toEqual([bucketOf(second)])
    expect(differingBuckets(whole.of(elsewhere), createDigests().of(elsewhere))).toEqual([])
  })

  it('differ where an object is destroyed in the version that another zone holds', () => {
    const [id] = wallets as [WalletId]
    const held = { hash: 'ab'.repeat(32), holders: [here, there] }
    const [left, right] = [createDigests(), createDigests()]
    for (const [digests, destroyed] of [[left, false] as const, [right, true] as const]) {
      digests.wallet(id, undefined, held)
      digests.object({ id, holders: held.holders }, undefined, { hash: 'cd'.repeat(32), destroyed })
    }
    expect(differingBuckets(left.of(there), right.of(there))).toEqual([bucketOf(id)])
  })
})
