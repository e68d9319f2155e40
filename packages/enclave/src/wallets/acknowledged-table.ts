/**
 * Which new wallets have reached as many zones as their durability asks: before that no address of
 * them is shown, and nothing is signed or changed (decision 0016). A first version says that it is
 * `provisional`; that enough zones hold it is a record beside it, in each zone that knows.
 */
import { accept, attempt, type Result } from '@holdfast/base/errors'
import { WalletId } from '@holdfast/base/ids'
import type { Write } from '../ports/store.ts'
import { acknowledgedName, acknowledgedPrefix } from '../records/names.ts'
import type { RecordVersion } from '../records/record-seal.ts'
import type { Records } from '../records/records.ts'

export type AcknowledgedTable = {
  load(): Promise<void>
  /** A record of this name was written. */
  learn(name: string): void
  /** It was deleted, with all that this zone holds of the wallet. */
  forget(name: string): void
  /** A version of the wallet is held here by now, or none is. */
  held(wallet: WalletId, isProvisional: boolean): void
  /** The wallet is held here, and for all that this zone knows by too few zones. */
  waits(wallet: WalletId): boolean
  /** Some that wait, at most `count`; others come first the next time. */
  take(count: number): readonly WalletId[]
  /** That enough zones hold it, for a commit; `learn` follows where that was applied. */
  write(wallet: WalletId): Write
  /** Refuses as `Records.commit`. */
  put(wallet: WalletId): Promise<Result<void>>
}

const recordVersion: RecordVersion = { epoch: 1, version: 1 }
const nothing = new Uint8Array()

const walletIn = (name: string): WalletId | undefined => {
  const parsed = attempt(() => WalletId(name.slice(acknowledgedPrefix.length)))
  return parsed.ok ? parsed.value : undefined
}

class Table implements AcknowledgedTable {
  readonly #records: Records
  readonly #known = new Set<WalletId>()
  readonly #waiting = new Set<WalletId>()

  constructor(records: Records) {
    this.#records = records
  }

  async load(): Promise<void> {
    for await (const { name } of this.#records.scan(acknowledgedPrefix)) this.learn(name)
  }

  learn(name: string): void {
    const wallet = walletIn(name)
    if (wallet === undefined) return
    this.#known.add(wallet)
    this.#waiting.delete(wallet)
  }

  forget(name: string): void {
    const wallet = walletIn(name)
    if (wallet !== undefined) this.#known.delete(wallet)
  }

  held(wallet: WalletId, isProvisional: boolean): void {
    if (isProvisional && !this.#known.has(wallet)) this.#waiting.add(wallet)
    else this.#waiting.delete(wallet)
  }

  waits(wallet: WalletId): boolean {
    return this.#waiting.has(wallet)
  }

  take(count: number): readonly WalletId[] {
    const taken = [...this.#waiting].slice(0, count)
    for (const wallet of taken) {
      this.#waiting.delete(wallet)
      this.#waiting.add(wallet)
    }
    return taken
  }

  write(wallet: WalletId): Write {
    return this.#records.put(acknowledgedName(wallet), recordVersion, nothing)
  }

  async put(wallet: WalletId): Promise<Result<void>> {
    const stored = await this.#records.commit({ conditions: [], writes: [this.write(wallet)] })
    if (!stored.ok) return stored
    this.learn(acknowledgedName(wallet))
    return accept(undefined)
  }
}

export const createAcknowledgedTable = (records: Records): AcknowledgedTable => new Table(records)
