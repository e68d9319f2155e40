/**
 * What becomes of a change of placement, at the home of its wallet: both placements agree, the old
 * one ends, the zones that left erase what they hold (decision 0014).
 */
import { accept } from '@holdfast/base/errors'
import type { WalletId, ZoneId } from '@holdfast/base/ids'
import { formatTimestamp } from '@holdfast/base/time'
import { storeChange, type WalletChange } from '../changes/change-wallet.ts'
import { collectMarks } from '../changes/collect-marks.ts'
import type { CoreContext } from '../core/context.ts'
import { peerTimeoutMs } from '../limits.ts'
import { refusing } from '../refusing.ts'
import { groupOf } from '../replication/homes/group.ts'
import { homeNow } from '../replication/homes/leadership.ts'
import { isQuorum } from '../replication/quorum/quorum.ts'
import { votersOf } from '../replication/quorum/voters.ts'
import { finalCount, isEnough } from '../replication/spread.ts'
import type { WalletEntry } from '../wallets/wallet-entry.ts'
import type { IndexedWallet } from '../wallets/wallet-table.ts'
import { bringObjects } from './bring-objects.ts'
import { hasCounts } from './has-counts.ts'
import { finishLeaving } from './leave.ts'
import { erasedBy, settled } from './moves.ts'
import { tellRemoval } from './tell-removal.ts'

/** Enough zones of both placements hold the document, and of the new one all that goes with it. */
const isAgreed = async (context: CoreContext, entry: WalletEntry): Promise<boolean> => {
  const { placement } = entry.wallet
  const wait = { needed: 'final', waitMs: peerTimeoutMs } as const
  const held = await context.replicator.spreadWallet(entry, wait)
  if (held.state !== 'final') return false
  const whole = new Set<ZoneId>([context.zone])
  await Promise.all(
    placement.zones.map(async (zone) => {
      if (zone !== context.zone && (await bringObjects(context, entry, zone))) whole.add(zone)
    }),
  )
  const { zones } = votersOf(context, groupOf(entry.wallet))
  const needed = finalCount({ zones }, placement)
  if (!isEnough({ voters: { zones }, needed }, whole)) return false
  return (await hasMarks(context, entry)) && (await hasCounts(context, entry))
}

/** What owners said at any zone: a freeze may be known to the zones that leave alone. */
const hasMarks = async (context: CoreContext, entry: WalletEntry): Promise<boolean> => {
  const { wallet } = entry
  const { id, request } = wallet
  if (!(await collectMarks(context, entry, request))) return false
  if (context.marks.of(id).length === 0) return true
  const told = await context.markSpread.send(id, peerTimeoutMs)
  return isQuorum(groupOf(wallet), (zone) => zone === context.zone || told.has(zone))
}

const settle = async (
  context: CoreContext,
  entry: WalletEntry,
): Promise<WalletChange | undefined> => {
  if (!(await isAgreed(context, entry))) return undefined
  const now = await context.time.bring(entry.wallet.placement.zones)
  if (!now.ok) return undefined
  const moved = settled(entry.wallet, formatTimestamp(now.value.latestMs))
  return moved && { moved }
}

/** Only what is final is told: until then the zones that left may still be needed to agree. */
const erase = async (
  context: CoreContext,
  entry: WalletEntry,
): Promise<WalletChange | undefined> => {
  const { wallet } = entry
  // Who was struck may be there after all: it erases like the others, and is struck no more.
  const left = [...(wallet.moved?.left ?? []), ...(wallet.moved?.struck ?? [])]
  if ((await context.replicator.confirm(entry)).state !== 'final') return undefined
  const { id, epoch, version, placement } = wallet
  const removal = { wallet: id, epoch, version, zones: placement.zones, left }
  const told = await Promise.all(
    left.map(async (zone): Promise<readonly ZoneId[]> => {
      const erased = await tellRemoval(context, zone, removal)
      return erased.ok ? [zone] : []
    }),
  )
  const zones = told.flat()
  const moved = zones.length === 0 ? undefined : erasedBy(wallet, zones)
  return moved && { moved }
}

const step = (context: CoreContext, entry: WalletEntry): Promise<WalletChange | undefined> => {
  const { moved } = entry.wallet
  if (moved?.from !== undefined) return settle(context, entry)
  if (moved?.left === undefined && moved?.struck === undefined) return Promise.resolve(undefined)
  return erase(context, entry)
}

/** Nobody waits for a zone that was struck before it is linked again. */
const mayStep = ({ peers }: CoreContext, { from, left, struck }: IndexedWallet): boolean =>
  from !== undefined || left.length > 0 || struck.some((zone) => peers.ofZone(zone) !== undefined)

/** There are no more steps than these. */
const stepsMax = 2

/** Takes the change as far as it goes now; changes of the wallet must not run beside it. */
export const advancePlacement = async (context: CoreContext, id: WalletId): Promise<void> => {
  for (let taken = 0; taken < stepsMax; taken += 1) {
    const entry = await context.wallets.read(id)
    if (entry === undefined || homeNow(context, entry.wallet) !== context.zone) return
    const change = await step(context, entry)
    if (change === undefined) return
    // A repeat of the request that moved it still finds its own hash.
    const { request, by = [] } = entry.wallet
    const stored = await storeChange(context, entry, { request, by }, change)
    if (!stored.ok) return
    await context.replicator.spreadWallet(stored.value, {
      needed: 'final',
      waitMs: peerTimeoutMs,
    })
  }
}

/** For every wallet whose home this is, and what leaves this zone. */
const advanceAll = async (context: CoreContext): Promise<void> => {
  await finishLeaving(context)
  if (!context.zoneView.leads()) return
  for (const id of context.wallets.moving()) {
    const indexed = context.wallets.indexed(id)
    if (indexed === undefined || homeNow(context, indexed) !== context.zone) continue
    if (!mayStep(context, indexed)) continue
    // What refuses here is tried again, and keeps no other wallet waiting.
    await refusing(async () =>
      accept(await context.changes.alone(id, () => advancePlacement(context, id))),
    )
  }
}

export type Placements = {
  /** Called every few seconds; a round that still waits for other zones is not begun again. */
  tick(): Promise<void>
}

export const createPlacements = (contextOf: () => CoreContext): Placements => {
  let running: Promise<void> | undefined
  return {
    tick: () => {
      running ??= advanceAll(contextOf()).finally(() => {
        running = undefined
      })
      return running
    },
  }
}
