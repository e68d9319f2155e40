/** The next version of a wallet, made by its home: compared, stored, brought to its zones. */
import type { WalletAnswer } from '@holdfast/base/answers'
import { toHex, utf8 } from '@holdfast/base/bytes'
import { accept, type Result, refuse } from '@holdfast/base/errors'
import type { PersonId } from '@holdfast/base/ids'
import type { Seen } from '@holdfast/base/requests/header'
import { formatTimestamp } from '@holdfast/base/time'
import type { Wallet } from '@holdfast/base/wallet'
import { decided, personsOf } from '../audit/decided.ts'
import type { CoreContext } from '../core/context.ts'
import { durabilityWaitMs } from '../limits.ts'
import type { AnyCall } from '../operations/call.ts'
import { findOutcome } from '../outcomes/find-outcome.ts'
import { pastAfter, versionBy } from '../outcomes/request-line.ts'
import { findSuperseded } from '../outcomes/superseded.ts'
import { moveTo } from '../placement/moves.ts'
import { acceptWallet } from '../replication/accept-wallet.ts'
import { groupOf } from '../replication/homes/group.ts'
import { orderingEpoch } from '../replication/homes/leadership.ts'
import type { EpochPromise } from '../replication/homes/promise-table.ts'
import { underNewHome } from '../replication/homes/under-new-home.ts'
import { holdersOf } from '../replication/quorum/quorum.ts'
import type { WalletEntry } from '../wallets/wallet-entry.ts'

/** What a change sets; the rest of the document stays. */
export type WalletChange = Partial<
  Pick<
    Wallet,
    | 'accounts'
    | 'backups'
    | 'exports'
    | 'persons'
    | 'credentials'
    | 'policy'
    | 'policyVersion'
    | 'pending'
    | 'lifted'
    | 'placement'
    | 'moved'
  >
>

/** The request that makes a version: the hash of its bytes, and who authorised it. */
export type Asked = { readonly request: string; readonly by: readonly PersonId[] }

const nextVersion = (
  context: CoreContext,
  { wallet, hash }: WalletEntry,
  { request, by }: Asked,
  change: WalletChange,
  epoch: number,
): Wallet => {
  // Taken over by this change, where the group was promised and the wallet not sent on yet.
  const taken = epoch > wallet.epoch ? underNewHome(wallet, context.zone) : {}
  // Only what enough zones hold is changed.
  const { pending: before = [], provisional: _shown, ...rest } = { ...wallet, ...taken }
  const { pending = before, placement, ...changed } = change
  const nowMs = context.clock.nowMs()
  const at = { epoch, version: wallet.version + 1, nowMs }
  return {
    ...rest,
    ...changed,
    ...(placement !== undefined && moveTo({ ...wallet, ...taken }, placement, at)),
    ...(pending.length > 0 && { pending }),
    epoch,
    version: at.version,
    previous: hash,
    request,
    by: [...by],
    past: pastAfter(wallet),
    salt: toHex(context.entropy.bytes(16)),
    changedAt: formatTimestamp(nowMs),
  }
}

/** The epoch in which a version is ordered, and the promise of it where that is not stored yet. */
export type Reign = { readonly epoch: number; readonly promise?: EpochPromise }

/** Stores the next version here, in an epoch that this zone leads, owing it to the others. */
export const storeNext = async (
  context: CoreContext,
  entry: WalletEntry,
  request: Asked,
  change: WalletChange,
  { epoch, ...promised }: Reign,
): Promise<Result<WalletEntry>> => {
  const wallet = nextVersion(context, entry, request, change, epoch)
  if (!wallet.placement.zones.includes(wallet.home)) {
    return refuse('placement_mismatch', 'the home would not hold the wallet', wallet.home)
  }
  const owed = holdersOf(groupOf(wallet)).filter((zone) => zone !== context.zone)
  const bundle = { wallet: utf8(JSON.stringify(wallet)), objects: [] }
  const stored = await acceptWallet(context, bundle, { origin: 'here', owed, ...promised })
  return stored.ok ? accept(stored.value.entry) : stored
}

/** As `storeNext`, where this zone is the home. */
export const storeChange = async (
  context: CoreContext,
  entry: WalletEntry,
  request: Asked,
  change: WalletChange,
): Promise<Result<WalletEntry>> => {
  const epoch = orderingEpoch(context, entry.wallet)
  return epoch.ok ? storeNext(context, entry, request, change, { epoch: epoch.value }) : epoch
}

/** Kept by this zone; where the base is of an earlier home, by another that held the change. */
const findLost = async (
  context: CoreContext,
  entry: WalletEntry,
  request: string,
  base: Seen,
): Promise<{ readonly epoch: number; readonly version: number } | undefined> => {
  const here = await findSuperseded(context, entry.wallet.id, request)
  if (here !== undefined || base.epoch >= entry.wallet.epoch) return here
  const { superseded } = await findOutcome(context, entry, request)
  return superseded
}

const store = async (
  context: CoreContext,
  entry: WalletEntry,
  call: AnyCall,
  base: Seen,
  build: () => Promise<Result<WalletChange>>,
): Promise<Result<WalletEntry>> => {
  const { epoch, version } = entry.wallet
  const request = toHex(context.crypto.sha256(call.bytes))
  if (base.epoch !== epoch || base.version !== version) {
    const lost = await findLost(context, entry, request, base)
    if (lost !== undefined) {
      const by = `${lost.epoch}.${lost.version}`
      return refuse('change_superseded', 'another home took over before it was final', by)
    }
    return refuse('conflict', 'the wallet has another version', `${epoch}.${version}`)
  }
  const change = await build()
  if (!change.ok) return change
  const by = personsOf(entry.credentials, call.authorisations)
  return storeChange(context, entry, { request, by }, change.value)
}

/** Whether the wallet is what it is by these very bytes, whatever came after them. */
export const isOf = (context: CoreContext, entry: WalletEntry, call: AnyCall): boolean =>
  versionBy(entry.wallet, toHex(context.crypto.sha256(call.bytes))) !== undefined

/** Two repeats of one request may meet: the second finds what the first has stored. */
const findOrStore: typeof store = async (context, entry, call, base, build) => {
  if (isOf(context, entry, call)) return accept(entry)
  const stored = await store(context, entry, call, base, build)
  if (stored.ok || stored.refusal.code !== 'conflict') return stored
  const other = await context.wallets.read(entry.wallet.id)
  return other !== undefined && isOf(context, other, call) ? accept(other) : stored
}

/**
 * Repeating the same bytes gives the wallet that has the change. Refuses `conflict` where another
 * version is held, `change_superseded` where a zone that answers has kept that the change of these
 * bytes was left behind, and what `build` refuses. The answer says `pending` and who is missing
 * until a majority of the placement holds the change.
 */
export const changeWallet = async (
  context: CoreContext,
  entry: WalletEntry,
  call: AnyCall & { readonly request: { readonly base: Seen } },
  build: () => Promise<Result<WalletChange>>,
): Promise<Result<WalletAnswer>> => {
  const changed = await findOrStore(context, entry, call, call.request.base, build)
  if (!changed.ok) return changed
  if (changed.value !== entry) {
    const { epoch, version } = changed.value.wallet
    const made = { outcome: 'changed', version: `${epoch}.${version}` } as const
    context.audit.note(decided(context, entry, call, made))
  }
  return answerChange(context, changed.value, call)
}

/** The version that stands, once enough zones hold it or the wait is over. */
export const answerChange = async (
  context: CoreContext,
  entry: WalletEntry,
  call: AnyCall,
): Promise<Result<WalletAnswer>> => {
  const { wallet } = entry
  const durability = await context.replicator.spreadWallet(entry, {
    needed: 'final',
    waitMs: durabilityWaitMs,
  })
  return accept({
    wallet,
    durability,
    node: context.self,
    ...(call.relayedBy === undefined ? {} : { relayedBy: call.relayedBy }),
  })
}
