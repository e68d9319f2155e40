/** What the clients of a run were told, and what they asked for: what the invariants speak of. */
import type { Bytes } from '@holdfast/base/bytes'
import type { ObjectId, WalletId, ZoneId } from '@holdfast/base/ids'
import type { Account, Wallet } from '@holdfast/base/wallet'
import type { SimulatedKey } from './client-key.ts'
import { requestName } from './observed-core.ts'

export type KnownWallet = {
  readonly id: WalletId
  readonly owner: SimulatedKey
  /** The newest document that a client was shown. */
  wallet: Wallet
}

export type Addition = {
  readonly wallet: WalletId
  /** SHA-256 of the request, as the document names it. */
  readonly request: string
  readonly bytes: Bytes
  readonly outcome: 'final' | 'pending' | 'refused' | 'unknown'
  /** Accounts as a final answer showed them. */
  readonly accounts: readonly Account[]
  readonly version?: { readonly epoch: number; readonly version: number }
}

export type KnownObject = {
  readonly id: ObjectId
  readonly wallet: WalletId
  readonly payload: Bytes
  /** What clients know of it. */
  created: 'final' | 'unknown'
  destroyed: 'no' | 'asked' | 'final'
  /** Changes that were acknowledged, by version; the state that each wrote. */
  readonly states: Map<number, Bytes>
}

/** How often a request's bytes reached a core, whichever way. */
export class Receptions {
  readonly #counts = new Map<string, number>()

  note(request: Bytes): void {
    const name = requestName(request)
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1)
  }

  of(request: Bytes): number {
    return this.#counts.get(requestName(request)) ?? 0
  }
}

export type Ledger = {
  readonly wallets: Map<WalletId, KnownWallet>
  readonly additions: Addition[]
  readonly objects: Map<ObjectId, KnownObject>
  readonly receptions: Receptions
  /** Answers of each kind, for the report of a run. */
  readonly outcomes: Map<string, number>
}

export const createLedger = (): Ledger => ({
  wallets: new Map(),
  additions: [],
  objects: new Map(),
  receptions: new Receptions(),
  outcomes: new Map(),
})

export const majorityOf = (zones: readonly ZoneId[]): number => Math.floor(zones.length / 2) + 1
