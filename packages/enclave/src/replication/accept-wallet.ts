/**
 * The one way by which a wallet enters this zone, whether made here or sent by a peer: checked
 * against what is held, stored in one transaction with its objects and what others must get.
 */
import { type Bytes, equalBytes } from '@holdfast/base/bytes'
import { accept, attempt, type Result, refuse } from '@holdfast/base/errors'
import type { ObjectId, WalletId, ZoneId } from '@holdfast/base/ids'
import type { CancelledTable } from '../cancellation/cancelled-table.ts'
import type { UnsentTable } from '../cancellation/unsent-table.ts'
import type { MarkTable } from '../marks/mark-table.ts'
import { leftBehind } from '../outcomes/request-line.ts'
import { prepareSuperseded } from '../outcomes/superseded.ts'
import type { SupersededCount } from '../outcomes/superseded-count.ts'
import type { GoneTable } from '../placement/gone-table.ts'
import type { Crypto } from '../ports/crypto.ts'
import type { Condition, Write } from '../ports/store.ts'
import {
  acknowledgedName,
  cancelledName,
  objectName,
  outName,
  type RecordName,
  walletName,
} from '../records/names.ts'
import type { RecordVersion } from '../records/record-seal.ts'
import type { Records } from '../records/records.ts'
import type { AcknowledgedTable } from '../wallets/acknowledged-table.ts'
import { isNewer, parseWallet, type WalletEntry } from '../wallets/wallet-entry.ts'
import type { WalletTable } from '../wallets/wallet-table.ts'
import type { BootRule } from './compare/boot-rule.ts'
import { groupOf } from './homes/group.ts'
import { checkPromised } from './homes/leadership.ts'
import { type EpochPromise, type PromiseTable, withPromise } from './homes/promise-table.ts'
import type { Outbox } from './outbox/outbox.ts'
import type { WalletBundle } from './peers/messages.ts'
import { holdersOf } from './quorum/quorum.ts'
import { rememberersOf } from './quorum/voters.ts'

export type AcceptContext = {
  readonly crypto: Crypto
  readonly records: Records
  readonly wallets: WalletTable
  readonly marks: MarkTable
  readonly zone: ZoneId
  readonly bootRule: BootRule
  readonly promises: PromiseTable
  readonly gone: Pick<GoneTable, 'of' | 'condition' | 'refresh'>
  readonly outbox: Outbox
  readonly acknowledged: AcknowledgedTable
  readonly unsent: UnsentTable
  readonly cancelled: CancelledTable
  readonly superseded: SupersededCount
  /** Called after a commit that replaced an older version. */
  readonly replaced: (wallet: WalletId) => void
}

export type Accepted = { readonly entry: WalletEntry; readonly changed: boolean }

/** Objects never change after their creation. */
const objectVersion: RecordVersion = { epoch: 1, version: 1 }

const versionOf = (entry: WalletEntry): RecordVersion => ({
  epoch: entry.wallet.epoch,
  version: entry.wallet.version,
})

type Prepared = { readonly conditions: Condition[]; readonly writes: Write[] }

const prepareObject = async (
  { records }: AcceptContext,
  object: { readonly id: ObjectId; readonly payload: Bytes },
  into: Prepared,
): Promise<Result<void>> => {
  const name = objectName(object.id)
  const held = await records.read(name)
  if (held === undefined) {
    into.conditions.push({ key: name, revision: 'absent' })
    into.writes.push(records.put(name, objectVersion, object.payload))
    return accept(undefined)
  }
  // Compared in the same transaction: a store that is put back meanwhile may have lost it.
  into.conditions.push({ key: name, revision: held.revision })
  const same = equalBytes(held.payload, object.payload)
  held.payload.fill(0)
  return same ? accept(undefined) : refuse('conflict', 'another object has this id', object.id)
}

/**
 * Who made what is to be accepted. What a peer sends may be old: the newer one stands. What was
 * made here and came too late was never stored, and must not be answered as if it were. What was
 * fetched is kept and acknowledged to nobody: it is what a zone that boots remembers again.
 */
export type Origin = 'here' | 'peer' | 'fetched'

export type Acceptance = {
  readonly origin: Origin
  /** The zones that must still get it from here. */
  readonly owed: readonly ZoneId[]
  /** The zone that it came from, and that holds it therefore. */
  readonly sender?: ZoneId
  /** Stored in the same commit, for it lets this zone make the version. */
  readonly promise?: EpochPromise
  /** No zone is linked that it could be sent to: it may be cancelled until it is sent. */
  readonly unsent?: boolean
}

/** What a peer sent is owed to nobody: its sender owes it. */
export const fromPeer: Acceptance = { origin: 'peer', owed: [] }
export const fetched: Acceptance = { origin: 'fetched', owed: [] }

/** A zone that was removed takes a wallet again only by a later version, and when it has erased. */
const checkReturn = ({ gone }: AcceptContext, { wallet }: WalletEntry): Result<'new'> => {
  const left = gone.of(wallet.id)
  if (left === undefined) return accept('new')
  if (!left.erased) return refuse('not_yet', 'the wallet is being erased here', wallet.id)
  return isNewer(wallet, left)
    ? accept('new')
    : refuse('superseded', 'the wallet was removed from here', `${left.epoch}.${left.version}`)
}

/**
 * What was cancelled never comes back; but a wallet that enough zones hold may have been shown, and
 * was cancelled by a home alone that had forgotten that it sent it, or was forgotten to be.
 */
const prepareCancelled = (
  { cancelled, wallets }: AcceptContext,
  id: WalletId,
  { acknowledged }: WalletBundle,
  into: Prepared,
): Result<void> => {
  if (wallets.indexed(id) !== undefined) return accept(undefined)
  into.conditions.push(cancelled.condition(id))
  const known = cancelled.of(id)
  if (known === undefined) return accept(undefined)
  if (acknowledged !== true) {
    return refuse('cancelled', 'the creation of this wallet was cancelled', id)
  }
  const name = cancelledName(id)
  const owed = known.zones.map((zone) => outName(zone, name))
  into.writes.push(...[name, ...owed].map((key): Write => ({ type: 'delete', key })))
  return accept(undefined)
}

/** Zones that the version held here names, and the next neither names nor lists as leaving. */
const dropped = (context: AcceptContext, { wallet }: WalletEntry): readonly ZoneId[] => {
  const held = context.wallets.indexed(wallet.id)
  if (held === undefined) return []
  const kept = [...holdersOf(groupOf(wallet)), ...(wallet.moved?.left ?? []), context.zone]
  return held.holders.filter((zone) => !kept.includes(zone))
}

/** What the document itself must fulfil to be held here, after what is held already. */
const checkSuccession = (
  context: AcceptContext,
  next: WalletEntry,
  origin: Origin,
): Result<'new' | 'held'> => {
  const { wallet } = next
  if (origin !== 'fetched') {
    const promised = checkPromised(context, groupOf(wallet), wallet)
    if (!promised.ok) return promised
  }
  const held = context.wallets.indexed(wallet.id)
  if (held === undefined) return checkReturn(context, next)
  if (held.epoch === wallet.epoch && held.version === wallet.version) {
    return held.hash === next.hash
      ? accept('held')
      : refuse('conflict', 'two documents have one version', wallet.id)
  }
  if (!isNewer(wallet, held)) {
    return origin !== 'here'
      ? accept('held')
      : refuse('conflict', 'the wallet has a newer version', `${held.epoch}.${held.version}`)
  }
  if (origin === 'here' && held.wallet !== undefined && wallet.moved === undefined) {
    // It was made from what stood before: whoever holds the change leaves the wallet alone.
    return refuse('conflict', 'the wallet has left its group', wallet.id)
  }
  const follows = wallet.epoch === held.epoch && wallet.version === held.version + 1
  if (follows && wallet.previous !== held.hash) {
    return refuse('conflict', 'the document does not continue the one that is held', wallet.id)
  }
  return accept('new')
}

const conditionFor = (context: AcceptContext, name: RecordName, wallet: WalletId): Condition => ({
  key: name,
  revision: context.wallets.indexed(wallet)?.revision ?? 'absent',
})

/** Before the wallet itself: a zone that comes to hold a frozen one never sees it otherwise. */
const acceptMarks = async (
  context: AcceptContext,
  wallet: WalletId,
  { marks }: WalletBundle,
): Promise<Result<unknown>> =>
  marks === undefined ? accept(undefined) : context.marks.add(wallet, marks)
/** The sender says that enough zones hold the wallet, or is with this one enough. */
const isHeldByEnough = (
  { zone }: Pick<AcceptContext, 'zone'>,
  { placement }: WalletEntry['wallet'],
  { acknowledged }: WalletBundle,
  { sender }: Acceptance,
): boolean =>
  acknowledged === true ||
  (placement.durability <= 2 && placement.zones.some((one) => one === sender && one !== zone))

/** What is held already may have come from elsewhere, when too few zones were known to. */
const acknowledgeHeld = async (
  context: AcceptContext,
  bundle: WalletBundle,
  acceptance: Acceptance,
  accepted: Accepted,
): Promise<Result<Accepted>> => {
  const { acknowledged } = context
  const { wallet } = accepted.entry
  const isLearned =
    acknowledged.waits(wallet.id) && isHeldByEnough(context, wallet, bundle, acceptance)
  const stored = isLearned ? await acknowledged.put(wallet.id) : accept(undefined)
  return stored.ok ? accept(accepted) : stored
}

/**
 * Takes a bundle. A zone that answers that it holds a wallet which it can know to be held by enough
 * has stored that as well. Refusals:
 * `placement_mismatch`, `recovering`, `superseded`, `cancelled`, `conflict`, `malformed`,
 * `invalid_field`, `store_failed`, `outcome_unknown`.
 */
export const acceptWallet = async (
  given: AcceptContext,
  bundle: WalletBundle,
  acceptance: Acceptance,
): Promise<Result<Accepted>> => {
  const { promise } = acceptance
  const context =
    promise === undefined ? given : { ...given, promises: withPromise(given.promises, promise) }
  const parsed = attempt(() => parseWallet(bundle.wallet, context.crypto))
  if (!parsed.ok) return parsed
  const { id } = parsed.value.wallet
  const group = groupOf(parsed.value.wallet)
  if (!holdersOf(group).includes(context.zone)) {
    return refuse('placement_mismatch', 'the placement of the wallet does not name this zone')
  }
  if (acceptance.origin !== 'fetched') {
    const booted = await context.bootRule.wait(rememberersOf(context, group))
    if (!booted.ok) return booted
  }
  const marked = await acceptMarks(context, id, bundle)
  if (!marked.ok) return marked
  const first = await tryAccept(context, bundle, acceptance)
  if (first.ok) return acknowledgeHeld(context, bundle, acceptance, first.value)
  if (first.refusal.code !== 'conflict') return first
  // Two peers may send one wallet at once: the second then finds it held. Or a commit whose
  // outcome was not told was applied: the store knows what the index does not.
  await context.wallets.refresh(id)
  await context.gone.refresh(id)
  await context.cancelled.refresh(id)
  await context.promises.refresh(group)
  const second = await tryAccept(context, bundle, acceptance)
  return second.ok ? acknowledgeHeld(context, bundle, acceptance, second.value) : second
}

/**
 * A home that has to fetch what it once made has lost its store's memory, and with it what it owed
 * to the others.
 */
export const owedOf = (
  { zone }: Pick<AcceptContext, 'zone'>,
  { origin, owed }: Acceptance,
  wallet: { readonly home: ZoneId; readonly holders: readonly ZoneId[] },
): readonly ZoneId[] =>
  origin === 'fetched' && wallet.home === zone ? wallet.holders.filter((one) => one !== zone) : owed

/** What a later home's version does not contain of what this zone held: kept; how many that is. */
const prepareLost = async (
  { records, wallets }: AcceptContext,
  { wallet }: WalletEntry,
  into: Prepared,
): Promise<number> => {
  if ((wallets.indexed(wallet.id)?.epoch ?? wallet.epoch) >= wallet.epoch) return 0
  const held = await wallets.read(wallet.id)
  if (held === undefined) return 0
  const lost = leftBehind(held.wallet, wallet)
  await prepareSuperseded(records, wallet.id, lost, into)
  return lost.length
}

const tryAccept = async (
  context: AcceptContext,
  bundle: WalletBundle,
  acceptance: Acceptance,
): Promise<Result<Accepted>> => {
  const { origin } = acceptance
  const parsed = attempt(() => parseWallet(bundle.wallet, context.crypto))
  if (!parsed.ok) return parsed
  const entry = parsed.value
  const succession = checkSuccession(context, entry, origin)
  if (!succession.ok) return succession
  if (succession.value === 'held') return accept({ entry, changed: false })

  const group = groupOf(entry.wallet)
  const name = walletName(entry.wallet.id)
  const version = versionOf(entry)
  const prepared: Prepared = {
    conditions: [
      conditionFor(context, name, entry.wallet.id),
      context.gone.condition(entry.wallet.id),
      // A promise that is given meanwhile must not be crossed.
      ...(origin === 'fetched' ? [] : context.promises.conditions(group)),
    ],
    writes: [context.records.put(name, version, entry.payload)],
  }
  const lives = prepareCancelled(context, entry.wallet.id, bundle, prepared)
  if (!lives.ok) return lives
  const lost = await prepareLost(context, entry, prepared)
  const given = new Set(bundle.objects.map((object) => object.id))
  for (const object of bundle.objects) {
    const ready = await prepareObject(context, object, prepared)
    if (!ready.ok) return ready
  }
  for (const key of entry.wallet.keys) {
    if (given.has(key.id)) continue
    const name = objectName(key.id)
    const object = await context.records.read(name)
    if (object === undefined) {
      return refuse('conflict', 'the wallet names an object that was not sent', key.id)
    }
    object.payload.fill(0)
    prepared.conditions.push({ key: name, revision: object.revision })
  }
  const { home } = entry.wallet
  for (const zone of owedOf(context, acceptance, { home, holders: holdersOf(group) })) {
    context.outbox.owe(prepared, { zone, record: name, version })
  }
  // A move that another home did not hear of came to nothing: the zones that it named are told.
  for (const zone of dropped(context, entry)) {
    context.outbox.owe(prepared, { zone, record: name, version })
  }
  const { promise, unsent } = acceptance
  if (promise !== undefined) prepared.writes.push(context.promises.write(promise))
  const { id, provisional } = entry.wallet
  if (unsent === true) prepared.writes.push(context.unsent.write(id))
  const isShown = provisional === true && isHeldByEnough(context, entry.wallet, bundle, acceptance)
  if (isShown) prepared.writes.push(context.acknowledged.write(id))
  const stored = await context.records.commit(prepared)
  if (!stored.ok) return stored
  context.superseded.add(lost)
  if (promise !== undefined) context.promises.stored(promise, stored.value)
  if (isShown) context.acknowledged.learn(acknowledgedName(id))
  if (unsent === true) context.unsent.made(id, stored.value)
  context.cancelled.forget(cancelledName(id))
  context.wallets.stored(entry, stored.value)
  context.replaced(entry.wallet.id)
  return accept({ entry, changed: true })
}
