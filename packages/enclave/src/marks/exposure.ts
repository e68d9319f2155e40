/** Where a freeze or a revocation is in force, and how long the other zones may still sign. */
import type { Exposure, WalletAnswer } from '@holdfast/base/answers'
import type { CredentialId, ZoneId } from '@holdfast/base/ids'
import { formatTimestamp } from '@holdfast/base/time'
import type { Wallet } from '@holdfast/base/wallet'
import { type Grouped, groupOf } from '../replication/homes/group.ts'
import { holdersOf, isQuorum } from '../replication/quorum/quorum.ts'

/**
 * A replica signs within `staleAfterMs` of its last word from the home or from a majority. Where
 * the home and a majority know, a zone that does not can have heard neither without hearing this
 * too, so that its time runs out; else it may go on until it is reached.
 */
export const exposureOf = (
  wallet: Grouped & Pick<Wallet, 'staleAfterMs'>,
  known: ReadonlySet<ZoneId>,
  nowMs: number,
): Exposure => {
  const group = groupOf(wallet)
  const zones = holdersOf(group)
  const inForce = zones.filter((zone) => known.has(zone))
  const bounded = known.has(wallet.home) && isQuorum(group, (zone) => known.has(zone))
  return {
    inForce,
    open: zones
      .filter((zone) => !known.has(zone))
      .map((zone) => ({
        zone,
        ...(bounded ? { until: formatTimestamp(nowMs + wallet.staleAfterMs) } : {}),
      })),
  }
}

/** What a revocation answers: where the credential is gone, and how long others may take it yet. */
export const withExposure = (
  answer: WalletAnswer,
  revoked: CredentialId,
  nowMs: number,
): WalletAnswer => {
  const { wallet, durability } = answer
  // Where the revocation only waits, it is in force nowhere.
  if (wallet.credentials.some(({ id }) => id === revoked)) return answer
  return { ...answer, exposure: exposureOf(wallet, new Set(durability.confirmed), nowMs) }
}
