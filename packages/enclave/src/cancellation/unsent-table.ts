/**
 * New wallets that no other zone was sent, for no zone of their placement was linked when they were
 * made: these alone may be cancelled (decision 0021). That one was not sent is a record beside it;
 * whoever sends the wallet deletes the record first, whoever cancels it compares it.
 */
import { attempt } from '@holdfast/base/errors'
import { WalletId } from '@holdfast/base/ids'
import type { Revision, Write } from '../ports/store.ts'
import { unsentName, unsentPrefix } from '../records/names.ts'
import type { RecordVersion } from '../records/record-seal.ts'
import type { OpenedRecord, Records } from '../records/records.ts'

export type Unsent = {
  readonly revision: Revision
  /**
   * This node has known it since it was made. One that was found in the store when the node booted
   * may be of an older copy, put back after the wallet was sent.
   */
  readonly isSure: boolean
}

export type UnsentTable = {
  /** Reads all anew. */
  load(): Promise<void>
  of(wallet: WalletId): Unsent | undefined
  /** Another node of the zone made the wallet, and the watch has told of it. */
  learn(record: OpenedRecord): void
  /** The record was deleted. */
  forget(wallet: WalletId): void
  /** Reads the record: a wallet that is read before the watch tells of it may be unsent as well. */
  refresh(wallet: WalletId): Promise<void>
  /** For the commit that makes the wallet; `made` follows where that was applied. */
  write(wallet: WalletId): Write
  made(wallet: WalletId, revision: Revision): void
}

const recordVersion: RecordVersion = { epoch: 1, version: 1 }
const nothing = new Uint8Array()

export const unsentIn = (name: string): WalletId | undefined => {
  const parsed = attempt(() => WalletId(name.slice(unsentPrefix.length)))
  return parsed.ok ? parsed.value : undefined
}

class Table implements UnsentTable {
  readonly #records: Records
  readonly #held = new Map<WalletId, Unsent>()

  constructor(records: Records) {
    this.#records = records
  }

  async load(): Promise<void> {
    const found = new Set<WalletId>()
    for await (const record of this.#records.scan(unsentPrefix)) {
      const wallet = unsentIn(record.name)
      if (wallet === undefined) continue
      found.add(wallet)
      this.#found(wallet, record.revision)
    }
    for (const wallet of this.#held.keys()) if (!found.has(wallet)) this.#held.delete(wallet)
  }

  of(wallet: WalletId): Unsent | undefined {
    return this.#held.get(wallet)
  }

  learn({ name, revision }: OpenedRecord): void {
    const wallet = unsentIn(name)
    if (wallet !== undefined) this.made(wallet, revision)
  }

  forget(wallet: WalletId): void {
    this.#held.delete(wallet)
  }

  async refresh(wallet: WalletId): Promise<void> {
    const record = await this.#records.read(unsentName(wallet))
    if (record === undefined) this.#held.delete(wallet)
    else this.#found(wallet, record.revision)
  }

  write(wallet: WalletId): Write {
    return this.#records.put(unsentName(wallet), recordVersion, nothing)
  }

  made(wallet: WalletId, revision: Revision): void {
    this.#held.set(wallet, { revision, isSure: true })
  }

  #found(wallet: WalletId, revision: Revision): void {
    if (this.#held.get(wallet)?.revision === revision) return
    this.#held.set(wallet, { revision, isSure: false })
  }
}

export const createUnsentTable = (records: Records): UnsentTable => new Table(records)
