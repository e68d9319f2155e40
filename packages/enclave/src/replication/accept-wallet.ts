/**
 * The one way by which a wallet enters this zone, whether made here or sent by a peer: checked
 * against what is held, stored in one transaction with its objects and what others must get.
 */
import { type Bytes, equalBytes } from '@holdfast/base/bytes'
import { accept, attempt, type Result, refuse } from '@holdfast/base/errors'
import type { ObjectId, WalletId, ZoneId } from '@holdfast/base/ids'
import type { MarkTable } from '../marks/mark-table.ts'
import type { Crypto } from '../ports/crypto.ts'
import type { Condition, Write } from '../ports/store.ts'
import { objectName, outName, type RecordName, walletName } from '../records/names.ts'
import type { RecordVersion } from '../records/record-seal.ts'
import type { Records } from '../records/records.ts'
import { isNewer, parseWallet, type WalletEntry } from '../wallets/wallet-entry.ts'
import type { WalletTable } from '../wallets/wallet-table.ts'
import type { WalletBundle } from './messages.ts'

export type AcceptContext = {
  readonly crypto: Crypto
  readonly records: Records
  readonly wallets: WalletTable
  readonly marks: MarkTable
  readonly zone: ZoneId
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
  const same = equalBytes(held.payload, object.payload)
  held.payload.fill(0)
  return same ? accept(undefined) : refuse('conflict', 'another object has this id', object.id)
}

/**
 * Who made what is to be accepted. What a peer sends may be old: the newer one stands. What was
 * made here and came too late was never stored, and must not be answered as if it were.
 */
export type Origin = 'here' | 'peer'

export type Acceptance = {
  readonly origin: Origin
  /** The zones that must still get it from here. */
  readonly owed: readonly ZoneId[]
}

/** What a peer sent is owed to nobody: its sender owes it. */
export const fromPeer: Acceptance = { origin: 'peer', owed: [] }

/** What the document itself must fulfil to be held here, after what is held already. */
const checkSuccession = (
  context: AcceptContext,
  next: WalletEntry,
  origin: Origin,
): Result<'new' | 'held'> => {
  const { wallet } = next
  if (!wallet.placement.zones.includes(context.zone)) {
    return refuse('placement_mismatch', 'the placement of the wallet does not name this zone')
  }
  const held = context.wallets.indexed(wallet.id)
  if (held === undefined) return accept('new')
  if (held.epoch === wallet.epoch && held.version === wallet.version) {
    return held.hash === next.hash
      ? accept('held')
      : refuse('conflict', 'two documents have one version', wallet.id)
  }
  if (!isNewer(wallet, held)) {
    return origin === 'peer'
      ? accept('held')
      : refuse('conflict', 'the wallet has a newer version', `${held.epoch}.${held.version}`)
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
  bundle: WalletBundle,
): Promise<Result<unknown>> => {
  if (bundle.marks === undefined) return accept(undefined)
  const parsed = attempt(() => parseWallet(bundle.wallet, context.crypto))
  return parsed.ok ? context.marks.add(parsed.value.wallet.id, bundle.marks) : parsed
}

/**
 * Takes a bundle. Refusals:
 * `placement_mismatch`, `conflict`, `malformed`, `invalid_field`, `store_failed`,
 * `outcome_unknown`.
 */
export const acceptWallet = async (
  context: AcceptContext,
  bundle: WalletBundle,
  { owed, origin }: Acceptance,
): Promise<Result<Accepted>> => {
  const marked = await acceptMarks(context, bundle)
  if (!marked.ok) return marked
  const first = await tryAccept(context, bundle, { owed, origin })
  if (first.ok || first.refusal.code !== 'conflict') return first
  // Two peers may send one wallet at once: the second then finds it held. Or a commit whose
  // outcome was not told was applied: the store knows what the index does not.
  const parsed = attempt(() => parseWallet(bundle.wallet, context.crypto))
  if (parsed.ok) await context.wallets.refresh(parsed.value.wallet.id)
  return tryAccept(context, bundle, { owed, origin })
}

const tryAccept = async (
  context: AcceptContext,
  bundle: WalletBundle,
  { owed, origin }: Acceptance,
): Promise<Result<Accepted>> => {
  const parsed = attempt(() => parseWallet(bundle.wallet, context.crypto))
  if (!parsed.ok) return parsed
  const entry = parsed.value
  const succession = checkSuccession(context, entry, origin)
  if (!succession.ok) return succession
  if (succession.value === 'held') return accept({ entry, changed: false })

  const name = walletName(entry.wallet.id)
  const version = versionOf(entry)
  const prepared: Prepared = {
    conditions: [conditionFor(context, name, entry.wallet.id)],
    writes: [context.records.put(name, version, entry.payload)],
  }
  const given = new Set(bundle.objects.map((object) => object.id))
  for (const object of bundle.objects) {
    const ready = await prepareObject(context, object, prepared)
    if (!ready.ok) return ready
  }
  for (const key of entry.wallet.keys) {
    if (given.has(key.id)) continue
    if ((await context.records.read(objectName(key.id))) === undefined) {
      return refuse('conflict', 'the wallet names an object that was not sent', key.id)
    }
  }
  for (const zone of owed) {
    prepared.writes.push(context.records.put(outName(zone, name), version, new Uint8Array()))
  }
  const stored = await context.records.commit(prepared)
  if (!stored.ok) return stored
  context.wallets.stored(entry, stored.value)
  context.replaced(entry.wallet.id)
  return accept({ entry, changed: true })
}
