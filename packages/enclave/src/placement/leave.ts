/**
 * A zone that a wallet's placement names no longer erases all that it holds of it, and remembers
 * that it did (DESIGN §7): first that it is gone, so that nothing signs or comes back; then the
 * rest.
 */
import { accept, type Refused, type Result, refuse } from '@holdfast/base/errors'
import type { ObjectId, WalletId } from '@holdfast/base/ids'
import type { CoreContext } from '../core/context.ts'
import { erasureBatchRecords } from '../limits.ts'
import type { Write } from '../ports/store.ts'
import {
  acknowledgedName,
  chargePrefix,
  countPrefixOf,
  intentPrefix,
  markName,
  objectName,
  outName,
  type RecordName,
  stateName,
  supersededName,
  supersededPrefixOf,
  waitPrefix,
  walletName,
} from '../records/names.ts'
import { isNewer, type WalletEntry } from '../wallets/wallet-entry.ts'
import type { Gone, Removal } from './gone-table.ts'

const attemptsMax = 4

const close = (context: CoreContext, wallet: WalletId, keys: readonly ObjectId[]): void => {
  for (const id of [...keys, ...context.objects.ofWallet(wallet)]) context.keys.invalidate(id)
  context.sessions.endUnlisted(wallet, new Map())
  context.counters.forget(wallet)
}

/** One commit: it is gone, and its document with the keys that this names. */
const begin = async (
  context: CoreContext,
  removal: Removal,
  entry: WalletEntry | undefined,
): Promise<Result<void>> => {
  const { wallet } = removal
  const name = walletName(wallet)
  const revision = context.wallets.indexed(wallet)?.revision ?? 'absent'
  const keys = entry?.wallet.keys.map(({ id }) => id) ?? []
  const names: readonly RecordName[] = entry === undefined ? [] : [name, ...keys.map(objectName)]
  const stored = await context.gone.put(
    { ...removal, erased: false },
    {
      conditions: [{ key: name, revision }],
      writes: names.map((key): Write => ({ type: 'delete', key })),
    },
  )
  if (!stored.ok) return stored
  context.wallets.removed(wallet, stored.value)
  close(context, wallet, keys)
  return accept(undefined)
}

const remove = async (
  context: CoreContext,
  names: readonly RecordName[],
): Promise<Result<unknown>> => {
  const writes = names.map((key): Write => ({ type: 'delete', key }))
  return writes.length === 0
    ? accept(undefined)
    : context.records.commit({ conditions: [], writes })
}

/** An earlier commit of this, whose outcome was not told, was applied since. */
const isApplied = async (
  { records }: CoreContext,
  name: RecordName,
  { refusal }: Refused,
): Promise<boolean> => refusal.code === 'conflict' && (await records.read(name)) === undefined

/** Managed objects: their states, payloads, and what was owed of them. Tombstones stay. */
const removeObjects = async (context: CoreContext, wallet: WalletId): Promise<Result<void>> => {
  for (const id of context.objects.ofWallet(wallet)) {
    const indexed = context.objects.indexed(id)
    if (indexed === undefined) continue
    const name = stateName(id)
    const owed = context.zones.map((zone) => outName(zone.id, name))
    const stored = await context.records.commit({
      conditions: [{ key: name, revision: indexed.revision }],
      writes: [name, objectName(id), ...owed].map((key): Write => ({ type: 'delete', key })),
    })
    if (!stored.ok && !(await isApplied(context, name, stored))) return stored
    context.keys.invalidate(id)
    context.objects.removed(id, stored.ok ? stored.value : indexed.revision)
  }
  return accept(undefined)
}

/** Settles only when the prefix has been seen empty. */
const removePrefix = async (context: CoreContext, prefix: string): Promise<Result<unknown>> => {
  for (;;) {
    const names = await context.records.names(prefix, { limit: erasureBatchRecords })
    if (names.length === 0) return accept(undefined)
    const removed = await remove(context, names)
    if (!removed.ok) return removed
  }
}

const finish = async (context: CoreContext, gone: Gone): Promise<Result<void>> => {
  const { wallet } = gone
  const objects = await removeObjects(context, wallet)
  if (!objects.ok) return objects
  for (const one of context.waits.all()) if (one.wallet === wallet) await context.waits.remove(one)
  const prefixes = [waitPrefix, chargePrefix].map((prefix) => `${prefix}${wallet}/`)
  const more = [countPrefixOf(wallet), intentPrefix(wallet), supersededPrefixOf(wallet)]
  for (const prefix of [...prefixes, ...more]) {
    const removed = await removePrefix(context, prefix)
    if (!removed.ok) return removed
  }
  const owed = context.zones.map((zone) => outName(zone.id, walletName(wallet)))
  const known = [markName(wallet), acknowledgedName(wallet), supersededName(wallet)]
  const removed = await remove(context, [...known, ...owed])
  if (!removed.ok) return removed
  const stored = await context.gone.put({ ...gone, erased: true }, { conditions: [], writes: [] })
  return stored.ok ? accept(undefined) : stored
}

/**
 * Reads anew what the store holds: an earlier commit, whose outcome was not told, may have said
 * since that the wallet is gone.
 */
const refresh = async (context: CoreContext, wallet: WalletId): Promise<void> => {
  await context.wallets.refresh(wallet)
  await context.gone.refresh(wallet)
  const held = context.wallets.indexed(wallet)
  const gone = context.gone.of(wallet)
  if (held === undefined || gone === undefined || !isNewer(gone, held)) return
  const keys = context.wallets.cached(wallet)?.wallet.keys ?? []
  context.wallets.removed(wallet, held.revision)
  close(
    context,
    wallet,
    keys.map(({ id }) => id),
  )
}

/**
 * Settles when nothing of the wallet is left here. Refusals: `placement_mismatch` where the removal
 * names this zone, `superseded` where a later version that does is held, those of the store.
 */
export const leave = (context: CoreContext, removal: Removal): Promise<Result<void>> =>
  context.changes.alone(removal.wallet, async () => {
    const { wallet, zones } = removal
    if (zones.includes(context.zone)) {
      return refuse('placement_mismatch', 'the placement of the wallet names this zone')
    }
    for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
      const held = context.wallets.indexed(wallet)
      if (held !== undefined && !isNewer(removal, held)) {
        return refuse('superseded', 'a later version is held', `${held.epoch}.${held.version}`)
      }
      const gone = context.gone.of(wallet)
      if (held === undefined && gone !== undefined && !isNewer(removal, gone)) {
        return gone.erased ? accept(undefined) : finish(context, gone)
      }
      const begun = await begin(context, removal, await context.wallets.read(wallet))
      if (begun.ok) return finish(context, { ...removal, erased: false })
      if (begun.refusal.code !== 'conflict') return begun
      await refresh(context, wallet)
    }
    return refuse('conflict', 'the wallet changes too often here', wallet)
  })

/** What an earlier incarnation began. */
export const finishLeaving = async (context: CoreContext): Promise<void> => {
  for (const { wallet } of context.gone.unerased()) {
    await context.changes.alone(wallet, async () => {
      const gone = context.gone.of(wallet)
      if (gone?.erased === false) await finish(context, gone)
    })
  }
}
