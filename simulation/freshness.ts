/** When each boot last heard each zone, by its own clock, as the simulation saw it happen. */
import type { BootId, ZoneId } from '@holdfast/base/ids'
import type { Wallet } from '@holdfast/base/wallet'
import { type Deciding, isQuorum } from '@holdfast/enclave/replication/quorum/quorum'

export type Freshness = {
  heard(boot: BootId, from: ZoneId, nowMs: number): void
  /** Whether a zone may sign: it heard the home, or a majority with itself, of late (DESIGN §7). */
  isFresh(
    self: { readonly boot: BootId; readonly zone: ZoneId; readonly nowMs: number },
    wallet: Pick<Wallet, 'home' | 'staleAfterMs'> & { readonly voters: Deciding },
  ): boolean
}

export const createFreshness = (): Freshness => {
  const heardAt = new Map<string, number>()
  return {
    heard: (boot, from, nowMs) => void heardAt.set(`${boot} ${from}`, nowMs),
    isFresh: ({ boot, zone, nowMs }, { home, voters, staleAfterMs }) => {
      const isRecent = (other: ZoneId): boolean => {
        const at = heardAt.get(`${boot} ${other}`)
        // A clock that fell behind the last word tells nothing.
        return at !== undefined && nowMs >= at && nowMs - at <= staleAfterMs
      }
      if (isRecent(home)) return true
      return isQuorum(voters, (other) => other === zone || isRecent(other))
    },
  }
}
