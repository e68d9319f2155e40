/**
 * `gone/{id}`: wallets that this zone held and may no longer, all in memory. It takes them again
 * only by a later version that names it (DESIGN §7).
 */
import type { Bytes } from '@holdfast/base/bytes'
import { parseCbor, toCbor } from '@holdfast/base/cbor'
import { accept, type Result } from '@holdfast/base/errors'
import type { WalletId } from '@holdfast/base/ids'
import { zonesMax } from '@holdfast/base/limits'
import { walletId, zoneId } from '@holdfast/base/schema'
import { z } from 'zod'
import type { Condition, Revision, Write } from '../ports/store.ts'
import { goneName, gonePrefix } from '../records/names.ts'
import type { OpenedRecord, Records } from '../records/records.ts'

const zones = z.array(zoneId).max(zonesMax)

/** What a zone is told whose copy of a wallet must go. */
export const removal = z.strictObject({
  wallet: walletId,
  /** The version that does not name the zone, and the zones that it names. */
  epoch: z.int().min(1),
  version: z.int().min(1),
  zones,
  /** Others that must erase it as well. */
  left: zones,
})
export type Removal = z.infer<typeof removal>

const record = removal.extend({
  format: z.literal('holdfast gone v1'),
  /** Nothing of it is left here. */
  erased: z.boolean(),
})

export type Gone = Removal & { readonly erased: boolean }

/** Fails with `malformed` or `invalid_field`. */
export const readGone = (payload: Bytes): Gone => {
  const { format: _format, ...gone } = parseCbor(record, payload)
  return gone
}

export type GoneTable = {
  load(): Promise<void>
  /** What another node of the zone has stored. */
  learn(found: OpenedRecord): void
  of(wallet: WalletId): Gone | undefined
  /** Reads the record anew: its commit may have been applied unnoticed. */
  refresh(wallet: WalletId): Promise<void>
  /** Wallets of which something may still be in the store. */
  unerased(): readonly Gone[]
  /** What a commit compares, so that a removal cannot be crossed. */
  condition(wallet: WalletId): Condition
  /** With what goes with it, in one commit. Refuses as `Records.commit`. */
  put(
    next: Gone,
    also: { readonly conditions: readonly Condition[]; readonly writes: readonly Write[] },
  ): Promise<Result<Revision>>
}

class Table implements GoneTable {
  readonly #records: Records
  readonly #held = new Map<WalletId, Gone & { readonly revision: Revision }>()
  readonly #unerased = new Set<WalletId>()

  constructor(records: Records) {
    this.#records = records
  }

  async load(): Promise<void> {
    for await (const found of this.#records.scan(gonePrefix)) this.learn(found)
  }

  learn({ name, payload, revision }: OpenedRecord): void {
    const gone = readGone(payload)
    if (name === goneName(gone.wallet)) this.#note(gone, revision)
  }

  of(wallet: WalletId): Gone | undefined {
    return this.#held.get(wallet)
  }

  async refresh(wallet: WalletId): Promise<void> {
    const found = await this.#records.read(goneName(wallet))
    if (found !== undefined) this.learn(found)
  }

  unerased(): readonly Gone[] {
    return [...this.#unerased].flatMap((wallet) => this.#held.get(wallet) ?? [])
  }

  condition(wallet: WalletId): Condition {
    return { key: goneName(wallet), revision: this.#held.get(wallet)?.revision ?? 'absent' }
  }

  async put(
    next: Gone,
    also: { readonly conditions: readonly Condition[]; readonly writes: readonly Write[] },
  ): Promise<Result<Revision>> {
    const { wallet, epoch, version } = next
    const { zones: now, left, erased } = next
    const payload = toCbor({
      format: 'holdfast gone v1',
      wallet,
      epoch,
      version,
      zones: [...now],
      left: [...left],
      erased,
    })
    const name = goneName(wallet)
    const stored = await this.#records.commit({
      conditions: [this.condition(wallet), ...also.conditions],
      writes: [this.#records.put(name, { epoch, version }, payload), ...also.writes],
    })
    if (!stored.ok) {
      await this.refresh(wallet)
      return stored
    }
    this.#note(next, stored.value)
    return accept(stored.value)
  }

  #note(gone: Gone, revision: Revision): void {
    const { wallet } = gone
    const held = this.#held.get(wallet)
    if (held !== undefined && held.revision > revision) return
    this.#held.set(wallet, { ...gone, revision })
    if (gone.erased) this.#unerased.delete(wallet)
    else this.#unerased.add(wallet)
  }
}

export const createGoneTable = (records: Records): GoneTable => new Table(records)
