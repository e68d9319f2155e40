/**
 * The one way by which managed objects enter this zone, whether made here or sent by a peer:
 * checked against what is held, stored together with what other zones must get.
 */
import { type Bytes, equalBytes } from '@holdfast/base/bytes'
import { accept, attempt, type Result, refuse } from '@holdfast/base/errors'
import type { ObjectId, ZoneId } from '@holdfast/base/ids'
import type { SupersededCount } from '../outcomes/superseded-count.ts'
import { prepareSupersededObject } from '../outcomes/superseded-objects.ts'
import type { Crypto } from '../ports/crypto.ts'
import type { Condition, Write } from '../ports/store.ts'
import { objectName, stateName, tombName } from '../records/names.ts'
import type { RecordVersion } from '../records/record-seal.ts'
import type { Records } from '../records/records.ts'
import { type Acceptance, type Origin, owedOf } from '../replication/accept-wallet.ts'
import type { BootRule } from '../replication/compare/boot-rule.ts'
import { groupId } from '../replication/homes/group.ts'
import { checkPromised } from '../replication/homes/leadership.ts'
import type { PromiseTable } from '../replication/homes/promise-table.ts'
import type { Outbox } from '../replication/outbox/outbox.ts'
import type { ObjectBundle } from '../replication/peers/messages.ts'
import { rememberersOf } from '../replication/quorum/voters.ts'
import { isNewer } from '../wallets/wallet-entry.ts'
import type { WalletTable } from '../wallets/wallet-table.ts'
import { parseState, type StateEntry } from './object-records.ts'
import type { IndexedObject, ObjectTable } from './object-table.ts'

export type AcceptObjectsContext = {
  readonly crypto: Crypto
  readonly records: Records
  readonly wallets: WalletTable
  readonly objects: ObjectTable
  readonly zone: ZoneId
  readonly bootRule: BootRule
  readonly promises: PromiseTable
  readonly outbox: Outbox
  readonly superseded: SupersededCount
}

type Prepared = { readonly conditions: Condition[]; readonly writes: Write[] }

/** Payloads never change after their creation. */
const onceVersion: RecordVersion = { epoch: 1, version: 1 }

/** What was sent before its end came may still arrive; anything newer does not know of it. */
const judgeRevival = (
  next: StateEntry,
  held: IndexedObject | undefined,
  origin: Origin,
): Result<'held'> => {
  const isOld = held !== undefined && !isNewer(next, held)
  return isOld && origin !== 'here' && held.wallet === next.wallet
    ? accept('held')
    : refuse('destroyed', 'a destroyed object does not return', next.object)
}

const checkSuccession = (
  context: AcceptObjectsContext,
  next: StateEntry,
  origin: Origin,
): Result<'new' | 'held'> => {
  const wallet = context.wallets.indexed(next.wallet)
  if (wallet === undefined) return refuse('not_yet', 'the wallet of the object is not here yet')
  if (!wallet.holders.includes(context.zone)) {
    return refuse('placement_mismatch', 'the placement of the wallet does not name this zone')
  }
  if (origin !== 'fetched') {
    const { epoch, version } = next
    const promised = checkPromised(context, wallet, { epoch, version })
    if (!promised.ok) return promised
  }
  const held = context.objects.indexed(next.object)
  if (!next.destroyed && (held?.destroyed === true || context.objects.hasTomb(next.object))) {
    return judgeRevival(next, held, origin)
  }
  if (held === undefined) return accept('new')
  if (held.wallet !== next.wallet) return refuse('conflict', 'the object is of another wallet')
  if (held.epoch === next.epoch && held.version === next.version) {
    return held.hash === next.hash
      ? accept('held')
      : refuse('conflict', 'two states have one version', next.object)
  }
  if (!isNewer(next, held)) {
    return origin !== 'here'
      ? accept('held')
      : refuse('conflict', 'the object has a newer state', next.object)
  }
  const follows = next.epoch === held.epoch && next.version === held.version + 1
  if (follows && next.previous !== held.hash) {
    return refuse('conflict', 'the state does not continue the one that is held', next.object)
  }
  return accept('new')
}

const preparePayload = async (
  { records }: AcceptObjectsContext,
  id: ObjectId,
  payload: Bytes | undefined,
  into: Prepared,
): Promise<Result<void>> => {
  const name = objectName(id)
  const held = await records.read(name)
  if (held === undefined) {
    if (payload === undefined) return refuse('conflict', 'the payload was not sent', id)
    into.conditions.push({ key: name, revision: 'absent' })
    into.writes.push(records.put(name, onceVersion, payload))
    return accept(undefined)
  }
  into.conditions.push({ key: name, revision: held.revision })
  const same = payload === undefined || equalBytes(held.payload, payload)
  held.payload.fill(0)
  return same ? accept(undefined) : refuse('conflict', 'another object has this id', id)
}

const prepare = async (
  context: AcceptObjectsContext,
  next: StateEntry,
  payload: Bytes | undefined,
  owed: readonly ZoneId[],
  into: Prepared,
): Promise<Result<void>> => {
  const { records, objects } = context
  const { object: id } = next
  const version = { epoch: next.epoch, version: next.version }
  const name = stateName(id)
  into.conditions.push({ key: name, revision: objects.indexed(id)?.revision ?? 'absent' })
  into.writes.push(records.put(name, version, next.payload))
  for (const zone of owed) {
    context.outbox.owe(into, { zone, record: name, version })
  }
  if (!next.destroyed) {
    // Compared in the same transaction: what was destroyed meanwhile does not come back.
    into.conditions.push({ key: tombName(id), revision: 'absent' })
    return preparePayload(context, id, payload, into)
  }
  if (!objects.hasTomb(id)) writeTomb(context, next, into)
  return accept(undefined)
}

/** It keeps the state that it was written for: a later home orders from it what was ended here. */
const writeTomb = (
  { records }: AcceptObjectsContext,
  { object: id, epoch, version, payload }: StateEntry,
  into: Prepared,
): void => {
  into.conditions.push({ key: tombName(id), revision: 'absent' })
  into.writes.push(records.put(tombName(id), { epoch, version }, payload))
  into.writes.push({ type: 'delete', key: objectName(id) })
}

/**
 * An end that another home has not adopted: whatever the epoch it was ordered in, it is one
 * (DESIGN §7, tombstones merge by union). The state stays until whoever orders now has followed.
 */
const prepareBurial = (
  context: AcceptObjectsContext,
  next: StateEntry,
  into: Prepared,
): StateEntry | undefined => {
  const held = context.objects.indexed(next.object)
  if (!next.destroyed || held === undefined || held.destroyed || held.wallet !== next.wallet) {
    return undefined
  }
  writeTomb(context, next, into)
  const version = { epoch: next.epoch, version: next.version }
  for (const zone of context.wallets.indexed(next.wallet)?.holders ?? []) {
    if (zone === context.zone) continue
    context.outbox.owe(into, { zone, record: stateName(next.object), version })
  }
  return next
}

/** Takes the tombstones alone of what a home has sent that is followed by another by now. */
const bury = async (
  context: AcceptObjectsContext,
  entries: readonly StateEntry[],
): Promise<void> => {
  const prepared: Prepared = { conditions: [], writes: [] }
  const buried = entries.flatMap((entry) => prepareBurial(context, entry, prepared) ?? [])
  if (buried.length === 0) return
  const stored = await context.records.commit(prepared)
  if (stored.ok) for (const { object } of buried) context.objects.buried(object)
}

const hasBooted = async (
  context: AcceptObjectsContext,
  entries: readonly StateEntry[],
  origin: Origin,
): Promise<Result<void>> => {
  if (origin === 'fetched') return accept(undefined)
  for (const wallet of new Set(entries.map((entry) => entry.wallet))) {
    const indexed = context.wallets.indexed(wallet)
    const zones = indexed === undefined ? [] : rememberersOf(context, indexed)
    const booted = await context.bootRule.wait(zones)
    if (!booted.ok) return booted
  }
  return accept(undefined)
}

/**
 * Takes objects, all or none. Refusals:
 * `not_yet` (their wallet is not here), `placement_mismatch`, `recovering`, `conflict`,
 * `destroyed`,
 * `malformed`, `invalid_field`, `store_failed`, `outcome_unknown`.
 */
export const acceptObjects = async (
  context: AcceptObjectsContext,
  bundle: ObjectBundle,
  acceptance: Acceptance,
): Promise<Result<readonly StateEntry[]>> => {
  const parsed = attempt(() => bundle.map(({ state }) => parseState(state, context.crypto)))
  if (!parsed.ok) return parsed
  const booted = await hasBooted(context, parsed.value, acceptance.origin)
  if (!booted.ok) return booted
  const first = await tryAccept(context, parsed.value, bundle, acceptance)
  if (!first.ok && first.refusal.code === 'superseded') await bury(context, parsed.value)
  if (first.ok || first.refusal.code !== 'conflict') return first
  // Two peers may send one object at once: the second then finds it held. Or a commit whose
  // outcome was not told was applied: the store knows what the index does not.
  for (const { object, wallet } of parsed.value) {
    await context.objects.refresh(object)
    const indexed = context.wallets.indexed(wallet)
    if (indexed !== undefined) await context.promises.refresh(indexed)
  }
  return tryAccept(context, parsed.value, bundle, acceptance)
}

const tryAccept = async (
  context: AcceptObjectsContext,
  entries: readonly StateEntry[],
  bundle: ObjectBundle,
  acceptance: Acceptance,
): Promise<Result<readonly StateEntry[]>> => {
  const prepared: Prepared = { conditions: [], writes: [] }
  const taken: StateEntry[] = []
  const buried: StateEntry[] = []
  let lost = 0
  for (const [index, next] of entries.entries()) {
    const succession = checkSuccession(context, next, acceptance.origin)
    if (!succession.ok) return succession
    if (succession.value === 'held') {
      const ended = prepareBurial(context, next, prepared)
      if (ended !== undefined) buried.push(ended)
      continue
    }
    const wallet = context.wallets.indexed(next.wallet)
    const owed = wallet === undefined ? [] : owedOf(context, acceptance, wallet)
    const ready = await prepare(context, next, bundle[index]?.payload, owed, prepared)
    if (!ready.ok) return ready
    lost += await prepareSupersededObject(context, next, prepared)
    taken.push(next)
  }
  if (prepared.writes.length === 0) return accept(entries)
  if (acceptance.origin !== 'fetched') {
    const groups = new Map(
      taken.flatMap(({ wallet }) => {
        const indexed = context.wallets.indexed(wallet)
        return indexed === undefined ? [] : [[groupId(indexed), indexed] as const]
      }),
    )
    for (const group of groups.values()) {
      prepared.conditions.push(...context.promises.conditions(group))
    }
  }
  const stored = await context.records.commit(prepared)
  if (!stored.ok) return stored
  context.superseded.add(lost)
  for (const entry of taken) {
    if (entry.destroyed) context.objects.buried(entry.object)
    context.objects.stored(entry, stored.value)
  }
  for (const { object } of buried) context.objects.buried(object)
  return accept(entries)
}
