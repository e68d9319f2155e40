/**
 * What every commit of a node compares (DESIGN §4): the record of the zone key, and on a store of
 * its own its claim. Where the key was rotated, by this node or another, the guard goes along.
 */
import { accept, type Result, refuse } from '@holdfast/base/errors'
import type { BootId, MeshId, ZoneId } from '@holdfast/base/ids'
import type { Crypto } from '../ports/crypto.ts'
import type { Entropy } from '../ports/entropy.ts'
import type { Condition, Revision, Store, StoredRecord } from '../ports/store.ts'
import { claimName, zoneEpochName } from '../records/names.ts'
import { reading } from '../records/reading.ts'
import { sealedEpoch } from '../records/record-seal.ts'
import { claimStore, ownClaim, type Renewed, type StoreClaim } from '../records/store-claim.ts'
import { type EpochRecord, openEpoch } from './epoch-record.ts'
import type { KeyRing } from './key-ring.ts'
import type { ZoneKey } from './zone-keys.ts'

/**
 * `renewed`: the store is under a later key, or its record was written anew; `behind`: nobody gave
 * that key yet; `lost`: another node serves the store, or it is an older one.
 */
export type Refreshed = 'same' | 'renewed' | 'behind' | 'lost'

export type EpochGuard = StoreClaim & {
  /** Looks what key the store is under; asks peers for it where it is not here. */
  refresh(): Promise<Refreshed>
  /** The watch of a shared store gave the record of the zone key. */
  notice(untrusted: StoredRecord): void
  /** Of the manifest that the current key was made under. */
  serial(): number
}

export type GuardOptions = {
  readonly crypto: Crypto
  readonly entropy: Entropy
  readonly store: Store
  readonly mesh: MeshId
  readonly zone: ZoneId
  readonly boot: BootId
  readonly ring: KeyRing
  /** Asks the peers of the own zone once for the current key. */
  ask(): Promise<ZoneKey | undefined>
  /** The ring has another current key. */
  advanced(): void
}

type Found = { readonly zoneKey: ZoneKey; readonly record: EpochRecord }

/** The key that the store is under, of those that are here. */
const findKey = (
  { ring, ...context }: GuardOptions,
  { value }: StoredRecord,
): Found | undefined => {
  const epoch = sealedEpoch(value) ?? 0
  const current = ring.current()
  const keys = epoch === current.epoch ? [current] : ring.candidates(epoch)
  for (const zoneKey of keys) {
    const record = openEpoch(context, zoneKey, value)
    if (record !== undefined) return { zoneKey, record }
  }
  return undefined
}

class Guard implements EpochGuard {
  readonly #options: GuardOptions
  #epochRevision: Revision | undefined
  #claimRevision: Revision | undefined
  #serial = 1
  #refreshing: Promise<Refreshed> | undefined

  constructor(options: GuardOptions) {
    this.#options = options
  }

  conditions = (): readonly Condition[] => {
    const epoch = { key: zoneEpochName, revision: this.#epochRevision ?? 'absent' } as const
    if (this.#options.store.sharing === 'shared') return [epoch]
    return [{ key: claimName, revision: this.#claimRevision ?? 'absent' }, epoch]
  }

  serial = (): number => this.#serial

  refresh = (): Promise<Refreshed> => {
    this.#refreshing ??= this.#look().finally(() => {
      this.#refreshing = undefined
    })
    return this.#refreshing
  }

  renew = async (): Promise<Renewed> => {
    const refreshed = await this.refresh()
    return refreshed === 'lost' || refreshed === 'behind' ? refreshed : 'held'
  }

  isHeld = async (): Promise<boolean> => {
    const { store } = this.#options
    // On a shared store every beat compares the record: nothing else need look.
    if (store.sharing === 'shared') return true
    const found = await reading(() => store.get(claimName))
    return found?.revision === this.#claimRevision || (await this.refresh()) !== 'lost'
  }

  notice = (untrusted: StoredRecord): void => {
    const { ring } = this.#options
    const isLate = untrusted.revision <= (this.#epochRevision ?? 0n)
    if (isLate || (sealedEpoch(untrusted.value) ?? 0) < ring.current().epoch) return
    const hadEpoch = ring.current().epoch
    this.#take(untrusted)
    if (ring.current().epoch !== hadEpoch) this.#options.advanced()
  }

  async open(): Promise<Result<void>> {
    const { store, ring } = this.#options
    if (store.sharing === 'exclusive') {
      const claimed = await claimStore({ ...this.#options, zoneKeys: ring })
      if (!claimed.ok) return claimed
    }
    const looked = await this.refresh()
    return looked === 'same' || looked === 'renewed'
      ? accept(undefined)
      : refuse('not_ready', 'the store has another zone key')
  }

  async #look(): Promise<Refreshed> {
    const { store, ring } = this.#options
    const stored = await reading(() => store.get(zoneEpochName))
    if (stored === undefined || (sealedEpoch(stored.value) ?? 0) < ring.current().epoch) {
      return 'lost'
    }
    const hadEpoch = ring.current().epoch
    const before = [this.#epochRevision, this.#claimRevision].join()
    if (stored.revision !== this.#epochRevision && !(await this.#follow(stored))) return 'behind'
    if (store.sharing === 'exclusive') {
      const claim = await ownClaim({ ...this.#options, zoneKeys: ring })
      if (claim === undefined) return 'lost'
      this.#claimRevision = claim
    }
    if (ring.current().epoch !== hadEpoch) this.#options.advanced()
    return [this.#epochRevision, this.#claimRevision].join() === before ? 'same' : 'renewed'
  }

  /** False where the store is under a key that nobody gives. */
  async #follow(stored: StoredRecord): Promise<boolean> {
    if (this.#take(stored)) return true
    const given = await this.#options.ask()
    if (given === undefined) return false
    this.#options.ring.offer(given)
    return this.#take(stored)
  }

  /** False where the store is under a key that is not here. */
  #take(stored: StoredRecord): boolean {
    const { ring } = this.#options
    const found = findKey(this.#options, stored)
    if (found === undefined) return false
    const { zoneKey, record } = found
    const isOther = zoneKey !== ring.current()
    if (isOther || (record.previous !== undefined && ring.previous() === undefined)) {
      ring.advance(zoneKey, record.previous)
    } else if (record.previous === undefined) ring.forgetPrevious()
    else record.previous.secret[Symbol.dispose]()
    this.#epochRevision = stored.revision
    this.#serial = record.serial
    return true
  }
}

/** Takes the store over, or joins its nodes. Refuses `store_in_use`, `not_ready`. */
export const openGuard = async (options: GuardOptions): Promise<Result<EpochGuard>> => {
  const guard = new Guard(options)
  const opened = await guard.open()
  return opened.ok ? accept(guard) : opened
}
