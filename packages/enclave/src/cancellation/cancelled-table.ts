/**
 * `cancelled/{wallet}`: creations that their owners cancelled before any other zone was sent the
 * wallet, all in memory. The id never becomes a wallet again, but for one that comes with the word
 * that it is acknowledged: its address may have been shown (decision 0021).
 */
import { parseCbor, toCbor } from '@holdfast/base/cbor'
import { attempt } from '@holdfast/base/errors'
import { WalletId, type ZoneId } from '@holdfast/base/ids'
import { zonesMax } from '@holdfast/base/limits'
import { timestamp, walletId, zoneId } from '@holdfast/base/schema'
import { z } from 'zod'
import type { Condition, Revision, Write } from '../ports/store.ts'
import { cancelledName, cancelledPrefix } from '../records/names.ts'
import type { RecordVersion } from '../records/record-seal.ts'
import type { OpenedRecord, Records } from '../records/records.ts'

export const cancellation = z.strictObject({
  wallet: walletId,
  /** The zone that made the wallet and cancelled it. */
  home: zoneId,
  /** The zones of its placement: all are told. */
  zones: z.array(zoneId).min(1).max(zonesMax),
  at: timestamp,
})
export type Cancellation = z.infer<typeof cancellation>

const record = cancellation.extend({ format: z.literal('holdfast cancelled v1') })

/** It is written once. */
export const cancelledVersion: RecordVersion = { epoch: 1, version: 1 }

/** Fails with `malformed` or `invalid_field`. */
export const readCancellation = (payload: Uint8Array): Cancellation => {
  const { format: _format, ...read } = parseCbor(record, payload)
  return read
}

export type CancelledTable = {
  load(): Promise<void>
  /** What another node of the zone has stored. */
  learn(found: OpenedRecord): void
  /** It was deleted: the wallet came back acknowledged. */
  forget(name: string): void
  of(wallet: WalletId): Cancellation | undefined
  /** Reads the record anew: its commit may have been applied unnoticed. */
  refresh(wallet: WalletId): Promise<void>
  /** What a commit compares that stores the wallet for the first time. */
  condition(wallet: WalletId): Condition
  /** For a commit; `stored` follows where that was applied. */
  write(cancelled: Cancellation): Write
  stored(cancelled: Cancellation, revision: Revision): void
  /** Those that this zone and another were told of both, in the order of the wallets' ids. */
  shared(zone: ZoneId): readonly Cancellation[]
}

class Table implements CancelledTable {
  readonly #records: Records
  readonly #held = new Map<WalletId, Cancellation & { readonly revision: Revision }>()

  constructor(records: Records) {
    this.#records = records
  }

  async load(): Promise<void> {
    for await (const found of this.#records.scan(cancelledPrefix)) this.learn(found)
  }

  learn({ name, payload, revision }: OpenedRecord): void {
    const read = readCancellation(payload)
    if (name === cancelledName(read.wallet)) this.stored(read, revision)
  }

  forget(name: string): void {
    const parsed = attempt(() => WalletId(name.slice(cancelledPrefix.length)))
    if (parsed.ok) this.#held.delete(parsed.value)
  }

  of(wallet: WalletId): Cancellation | undefined {
    return this.#held.get(wallet)
  }

  async refresh(wallet: WalletId): Promise<void> {
    const found = await this.#records.read(cancelledName(wallet))
    if (found === undefined) this.#held.delete(wallet)
    else this.learn(found)
  }

  condition(wallet: WalletId): Condition {
    return { key: cancelledName(wallet), revision: this.#held.get(wallet)?.revision ?? 'absent' }
  }

  write({ wallet, home, zones, at }: Cancellation): Write {
    const payload = toCbor({
      format: 'holdfast cancelled v1',
      wallet,
      home,
      zones: [...zones],
      at,
    })
    return this.#records.put(cancelledName(wallet), cancelledVersion, payload)
  }

  stored(cancelled: Cancellation, revision: Revision): void {
    const { wallet, home, zones, at } = cancelled
    this.#held.set(wallet, { wallet, home, zones, at, revision })
  }

  shared(zone: ZoneId): readonly Cancellation[] {
    return [...this.#held.values()]
      .filter(({ zones }) => zones.includes(zone))
      .toSorted((left, right) => (left.wallet < right.wallet ? -1 : 1))
  }
}

export const createCancelledTable = (records: Records): CancelledTable => new Table(records)
