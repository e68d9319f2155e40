/**
 * Indexes of the wallets whose objects are looked for, in memory. Each is made when it is first
 * asked, and then follows the store: objects whose state was stored since, by whichever node, are
 * read again before the next answer.
 */
import type { ObjectId, WalletId } from '@holdfast/base/ids'
import type { Attribute } from '@holdfast/kmip'
import type { ManagedObjects, ObjectState } from '../../objects/managed-objects.ts'
import { createSerial } from '../../serial.ts'
import { failRefused } from '../failure.ts'
import type { KmipObject } from '../objects/object-state.ts'
import { WalletIndex } from './wallet-index.ts'

type Kept = { readonly index: WalletIndex; readonly changed: Set<ObjectId> }

type Options = {
  readonly objects: ManagedObjects
  readonly read: (state: ObjectState) => KmipObject
  /** Objects in all indexes; the wallets that were not asked for longest are left out. */
  readonly objectsMax: number
}

export class WalletIndexes {
  readonly #options: Options
  readonly #kept = new Map<WalletId, Kept>()
  readonly #serial = createSerial<WalletId>()
  readonly #unfollow: () => void

  constructor(options: Options) {
    this.#options = options
    this.#unfollow = options.objects.follow((wallet, id) => {
      this.#kept.get(wallet)?.changed.add(id)
    })
  }

  /** As `WalletIndex.candidates`, of what is stored now, but for what is no client's object. */
  candidates(
    { wallet, hidden }: { readonly wallet: WalletId; readonly hidden: ObjectId },
    wanted: readonly Attribute[],
  ): Promise<readonly ObjectId[] | undefined> {
    return this.#serial.alone(wallet, async () => {
      const { index, changed } = await this.#indexOf(wallet, hidden)
      const { objects, read } = this.#options
      // What is stored while these are read marks them again, for the next answer.
      const marked = [...changed]
      for (const id of marked) {
        changed.delete(id)
        if (id === hidden) continue
        const state = await objects.state(wallet, id)
        if (state.ok) index.put(state.value, read(state.value).attributes)
        else if (state.refusal.code === 'unknown') index.remove(id)
        else {
          changed.add(id)
          failRefused(state.refusal)
        }
      }
      return index.candidates(wanted)
    })
  }

  stop(): void {
    this.#unfollow()
    this.#kept.clear()
  }

  async #indexOf(wallet: WalletId, hidden: ObjectId): Promise<Kept> {
    const known = this.#kept.get(wallet)
    this.#kept.delete(wallet)
    const kept = known ?? { index: new WalletIndex(), changed: new Set() }
    // It follows before it reads: what is stored meanwhile is read again.
    this.#kept.set(wallet, kept)
    if (known !== undefined) return known
    try {
      const { objects, read } = this.#options
      for (const state of await objects.list(wallet)) {
        if (state.id !== hidden) kept.index.put(state, read(state).attributes)
      }
    } catch (error) {
      this.#kept.delete(wallet)
      throw error
    }
    this.#bound(wallet)
    return kept
  }

  #bound(asked: WalletId): void {
    let objects = 0
    for (const { index } of this.#kept.values()) objects += index.size
    for (const [wallet, { index }] of this.#kept) {
      if (objects <= this.#options.objectsMax || wallet === asked) return
      this.#kept.delete(wallet)
      objects -= index.size
    }
  }
}
