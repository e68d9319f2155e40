/**
 * Governors strike removals: a zone that is lost for good never says that it erased the wallets
 * that left it, and nobody waits for it any more (DESIGN §9, invariant 10). What it held may be
 * there still; the document says so until it has erased after all.
 */
import { toHex } from '@holdfast/base/bytes'
import { accept } from '@holdfast/base/errors'
import type { HomeReport, HomeStatement } from '@holdfast/base/home-statement'
import type { WalletId, ZoneId } from '@holdfast/base/ids'
import { momentMs } from '@holdfast/base/moment'
import { formatTimestamp } from '@holdfast/base/time'
import type { Wallet } from '@holdfast/base/wallet'
import { storeChange } from '../changes/change-wallet.ts'
import type { CoreContext } from '../core/context.ts'
import { peerTimeoutMs } from '../limits.ts'
import { refusing } from '../refusing.ts'
import { homeNow } from '../replication/homes/leadership.ts'
import { leavingSince, struckBy } from './moves.ts'

export type Strike = Required<Pick<HomeStatement, 'lost'>> & {
  readonly issuedAt: HomeStatement['issuedAt']
  /** SHA-256 of the signed statement, as the audit log names it. */
  readonly hash: string
}

type RemovalLine = NonNullable<HomeReport['removals']>[number]

const note = (
  context: CoreContext,
  wallet: Wallet,
  { hash }: Strike,
  struck: readonly ZoneId[],
): void => {
  const { id, policyVersion, epoch, version } = wallet
  context.audit.note({
    type: 'decided',
    at: formatTimestamp(context.clock.nowMs()),
    outcome: 'changed',
    operation: 'placement.strike',
    wallet: id,
    request: hash,
    policyVersion,
    persons: [],
    credentials: [],
    version: `${epoch}.${version}`,
    struck: [...struck],
  })
}

/** A zone that is linked is not lost: it can say itself that it has erased. */
const strikeOne = async (context: CoreContext, id: WalletId, strike: Strike): Promise<void> => {
  const entry = await context.wallets.read(id)
  if (entry === undefined || homeNow(context, entry.wallet) !== context.zone) return
  const since = leavingSince(entry.wallet, momentMs(strike.issuedAt))
  const zones = since.filter(
    (zone) => strike.lost.includes(zone) && context.peers.ofZone(zone) === undefined,
  )
  const moved = zones.length === 0 ? undefined : struckBy(entry.wallet, zones)
  if (moved === undefined) return
  // As for what is told to zones that left: until then they may be needed to agree.
  if ((await context.replicator.confirm(entry)).state !== 'final') return
  const { request, by = [] } = entry.wallet
  const stored = await storeChange(context, entry, { request, by }, { moved })
  if (!stored.ok) return
  note(context, stored.value.wallet, strike, zones)
  await context.replicator.spreadWallet(stored.value, { needed: 'final', waitMs: peerTimeoutMs })
}

/** Of wallets whose home this is; what cannot be ended now is tried again. */
export const strikeRemovals = async (context: CoreContext, strike: Strike): Promise<void> => {
  for (const id of context.wallets.moving()) {
    const indexed = context.wallets.indexed(id)
    if (!indexed?.left.some((zone) => strike.lost.includes(zone))) continue
    await refusing(async () =>
      accept(await context.changes.alone(id, () => strikeOne(context, id, strike))),
    )
  }
}

/** How many there are at this home, in all. */
export const countRemovals = (
  { wallets, zone: home, promises }: CoreContext,
  lost: readonly ZoneId[],
): readonly RemovalLine[] => {
  const held = wallets
    .moving()
    .flatMap((id) => wallets.indexed(id) ?? [])
    .filter((one) => homeNow({ promises }, one) === home)
  return lost.flatMap((zone) => {
    const struck = held.filter((one) => one.struck.includes(zone)).length
    const open = held.filter((one) => one.left.includes(zone)).length
    return struck + open === 0 ? [] : [{ zone, home, struck, open }]
  })
}

export const strikeOf = (
  { crypto }: Pick<CoreContext, 'crypto'>,
  { lost = [], issuedAt }: HomeStatement,
  signed: Uint8Array,
): Strike => ({ lost, issuedAt, hash: toHex(crypto.sha256(signed)) })
