/** What became of a request: as this zone knows it, and as all zones together know it. */
import type { WalletId, ZoneId } from '@holdfast/base/ids'
import type { CoreContext } from '../core/context.ts'
import { peerTimeoutMs } from '../limits.ts'
import { groupOf } from '../replication/homes/group.ts'
import type { KnownOutcome } from '../replication/peers/messages.ts'
import { holdersOf } from '../replication/quorum/quorum.ts'
import { isNewer, type WalletEntry } from '../wallets/wallet-entry.ts'
import { versionBy } from './request-line.ts'
import { findSuperseded } from './superseded.ts'

/** Null where the wallet is not held here. */
export const outcomeHere = async (
  context: Pick<CoreContext, 'marks' | 'records' | 'wallets' | 'zone'>,
  id: WalletId,
  request: string,
): Promise<KnownOutcome | null> => {
  const entry = await context.wallets.read(id)
  if (entry === undefined) return null
  const { wallet } = entry
  const held = { epoch: wallet.epoch, version: wallet.version }
  const made = versionBy(wallet, request)
  if (made === undefined) {
    const superseded = await findSuperseded(context, id, request)
    return superseded === undefined
      ? { held, outcome: 'unknown' }
      : { held, outcome: 'superseded', superseded }
  }
  const { epoch, version } = made
  const waits = wallet.pending?.some((change) => change.request === request) === true
  const isCancelled = context.marks
    .of(id)
    .some((mark) => mark.type === 'cancel' && mark.change === request)
  const outcome = isCancelled ? 'cancelled' : waits ? 'waiting' : 'applied'
  return { held, outcome, version: { epoch, version } }
}

type Answers = {
  readonly known: readonly (KnownOutcome & { readonly zone: ZoneId })[]
  readonly silent: readonly ZoneId[]
}

const askAll = async (
  context: CoreContext,
  { wallet }: WalletEntry,
  request: string,
): Promise<Answers> => {
  const silent: ZoneId[] = []
  const known: (KnownOutcome & { readonly zone: ZoneId })[] = []
  await Promise.all(
    holdersOf(groupOf(wallet)).map(async (zone) => {
      if (zone === context.zone) {
        const here = await outcomeHere(context, wallet.id, request)
        if (here !== null) known.push({ ...here, zone })
        return
      }
      const peer = context.peers.ofZone(zone)
      const question = { type: 'outcome', wallet: wallet.id, request } as const
      const answer = peer && (await context.peers.ask(peer, question, peerTimeoutMs))
      if (answer?.ok !== true) silent.push(zone)
      else if (answer.value !== null) known.push({ ...answer.value, zone })
    }),
  )
  return { known, silent: silent.toSorted() }
}

export type FoundOutcome = Omit<KnownOutcome, 'held'> & {
  readonly silent: readonly ZoneId[]
  /** Whether this zone holds the newest version that was found. */
  readonly newestHere: boolean
}

/**
 * The zone with the newest version has the say: what it does not contain and a zone of an earlier
 * epoch does will be left behind there as well.
 */
export const findOutcome = async (
  context: CoreContext,
  entry: WalletEntry,
  request: string,
): Promise<FoundOutcome> => {
  const { known, silent } = await askAll(context, entry, request)
  const [newest, ...others] = known.toSorted((left, right) =>
    isNewer(left.held, right.held) ? -1 : 1,
  )
  const newestHere = newest !== undefined && !isNewer(newest.held, entry.wallet)
  const found = { silent, newestHere }
  if (newest === undefined) return { ...found, outcome: 'unknown' }
  if (newest.outcome !== 'unknown') {
    const { held: _held, zone: _zone, ...rest } = newest
    return { ...found, ...rest }
  }
  const lost = others.find(({ superseded }) => superseded !== undefined)
  if (lost?.superseded !== undefined) {
    return { ...found, outcome: 'superseded', superseded: lost.superseded }
  }
  const isLate = others.some(
    ({ held, outcome }) => outcome !== 'unknown' && held.epoch < newest.held.epoch,
  )
  return { ...found, outcome: isLate ? 'superseded' : 'unknown' }
}
