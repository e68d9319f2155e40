/**
 * What a client remembers of its wallets: the highest (epoch, version) that any zone has shown it,
 * which it sends along so that no zone answers from an older state (DESIGN §9, invariant 11), the
 * zones that hold them, and whose signatures it expects of them.
 */
import type { AccountId, ObjectId, WalletId, ZoneId } from '@holdfast/base/ids'
import type { Seen } from '@holdfast/base/requests/header'
import { walletsRememberedMax } from './limits.ts'

/** Whose a signature must be: accounts and keys never change what they are. */
export type SigningKeys = {
  readonly accounts: readonly {
    readonly id: AccountId
    readonly address: string
    readonly publicKey: string
  }[]
  readonly keys: readonly { readonly id: ObjectId; readonly publicKey?: string }[]
}

/** What the document says. */
export type Shown = { readonly zones: readonly ZoneId[]; readonly signs: SigningKeys }

/** What is unknown until the document itself was seen is absent. */
export type Remembered = { readonly seen: Seen } & Partial<Shown>

export type WalletMemory = {
  get(wallet: WalletId): Remembered | undefined
  /** Keeps the higher of both; the rest is that of the document that was seen last. */
  note(wallet: WalletId, seen: Seen, shown?: Shown): void
}

const isHigher = (left: Seen, right: Seen): boolean =>
  left.epoch === right.epoch ? left.version > right.version : left.epoch > right.epoch

export const walletMemory = (limit: number = walletsRememberedMax): WalletMemory => {
  const wallets = new Map<WalletId, Remembered>()
  return {
    get: (wallet) => wallets.get(wallet),
    note: (wallet, seen, shown) => {
      const known = wallets.get(wallet)
      const higher = known === undefined || isHigher(seen, known.seen) ? seen : known.seen
      wallets.delete(wallet)
      wallets.set(wallet, { ...known, ...shown, seen: higher })
      const oldest = wallets.size > limit ? wallets.keys().next() : undefined
      if (oldest !== undefined && oldest.done !== true) wallets.delete(oldest.value)
    },
  }
}
