/**
 * What a client remembers of its wallets: the highest (epoch, version) that any zone has shown it,
 * which it sends along so that no zone answers from an older state (DESIGN §9, invariant 11), and
 * the zones that hold them.
 */
import type { WalletId, ZoneId } from '@holdfast/base/ids'
import type { Seen } from '@holdfast/base/requests/header'
import { walletsRememberedMax } from './limits.ts'

export type Remembered = {
  readonly seen: Seen
  /** Unknown until the document itself was seen. */
  readonly zones?: readonly ZoneId[]
}

export type WalletMemory = {
  get(wallet: WalletId): Remembered | undefined
  /** Keeps the higher of both; zones are those of the document that was seen last. */
  note(wallet: WalletId, seen: Seen, zones?: readonly ZoneId[]): void
}

const isHigher = (left: Seen, right: Seen): boolean =>
  left.epoch === right.epoch ? left.version > right.version : left.epoch > right.epoch

export const walletMemory = (limit: number = walletsRememberedMax): WalletMemory => {
  const wallets = new Map<WalletId, Remembered>()
  return {
    get: (wallet) => wallets.get(wallet),
    note: (wallet, seen, zones) => {
      const known = wallets.get(wallet)
      const higher = known === undefined || isHigher(seen, known.seen) ? seen : known.seen
      const kept = zones ?? known?.zones
      wallets.delete(wallet)
      wallets.set(wallet, { seen: higher, ...(kept === undefined ? {} : { zones: kept }) })
      const oldest = wallets.size > limit ? wallets.keys().next() : undefined
      if (oldest !== undefined && oldest.done !== true) wallets.delete(oldest.value)
    },
  }
}
