/** Where wallets that are not here were found last. */
import type { BootId, WalletId } from '@holdfast/base/ids'
import { locationsCachedMax } from '../limits.ts'

/** Where wallets were found last; a wrong entry costs one question more. */
export type Locations = {
  get(wallet: WalletId): BootId | undefined
  set(wallet: WalletId, boot: BootId): void
  forget(wallet: WalletId): void
}

export const createLocations = (): Locations => {
  const boots = new Map<WalletId, BootId>()
  return {
    get: (wallet) => boots.get(wallet),
    set: (wallet, boot) => {
      boots.delete(wallet)
      boots.set(wallet, boot)
      if (boots.size <= locationsCachedMax) return
      const [oldest] = boots.keys()
      if (oldest !== undefined) boots.delete(oldest)
    },
    forget: (wallet) => void boots.delete(wallet),
  }
}
