/**
 * Wallets that a home may have to send on under its epoch: all of a group when its epoch begins
 * here, and after that those alone of which something was stored. So a home of many wallets does
 * not go through them again and again.
 */
import type { WalletId } from '@holdfast/base/ids'
import type { GroupId } from './group.ts'

export type LateWallets = {
  /** A version of the wallet, or of an object of it, was stored. */
  touched(wallet: WalletId): void
  /** This zone leads the group in this epoch: its wallets are looked at, once. */
  begin(group: GroupId, epoch: number, wallets: Iterable<WalletId>): void
  /** The next that was not looked at; it is looked at no more unless it is touched again. */
  take(): WalletId | undefined
  /** Another node leads the zone: it looks at all itself, as this one will when it does. */
  forget(): void
}

export const createLateWallets = (): LateWallets => {
  const waiting = new Set<WalletId>()
  const begun = new Map<GroupId, number>()
  return {
    touched: (wallet) => void waiting.add(wallet),
    begin: (group, epoch, wallets) => {
      if (begun.get(group) === epoch) return
      begun.set(group, epoch)
      for (const wallet of wallets) waiting.add(wallet)
    },
    take: () => {
      const [next] = waiting
      if (next !== undefined) waiting.delete(next)
      return next
    },
    forget: () => {
      waiting.clear()
      begun.clear()
    },
  }
}
