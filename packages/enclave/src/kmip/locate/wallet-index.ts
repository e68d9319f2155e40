/** The objects of one wallet by the attributes that they are looked for by. */
import type { ObjectId } from '@holdfast/base/ids'
import type { Attribute } from '@holdfast/kmip'
import type { ObjectState } from '../../objects/managed-objects.ts'
import type { Attributes } from '../objects/attributes.ts'
import { keysOf, soughtBy } from './index-keys.ts'

type Indexed = {
  readonly keys: ReadonlySet<string>
  readonly createdAtMs: number
  readonly place: number
  /** Of two that were made in one moment, the one that came first. */
  readonly arrival: number
}

/** As the store lists them. */
const byCreation = (left: Indexed, right: Indexed): number =>
  left.createdAtMs - right.createdAtMs || left.place - right.place || left.arrival - right.arrival

export class WalletIndex {
  readonly #objects = new Map<ObjectId, Indexed>()
  readonly #byKey = new Map<string, Set<ObjectId>>()
  #arrivals = 0

  get size(): number {
    return this.#objects.size
  }

  put({ id, createdAtMs, place }: ObjectState, attributes: Attributes): void {
    const arrival = this.#objects.get(id)?.arrival ?? (this.#arrivals += 1)
    this.#unkey(id)
    const keys = keysOf(attributes)
    this.#objects.set(id, { keys, createdAtMs, place, arrival })
    for (const key of keys) {
      const ids = this.#byKey.get(key) ?? new Set()
      this.#byKey.set(key, ids.add(id))
    }
  }

  remove(id: ObjectId): void {
    this.#unkey(id)
    this.#objects.delete(id)
  }

  /**
   * Every object that may match, in the order of creation, and few others; undefined where the
   * attributes say nothing to an index.
   */
  candidates(wanted: readonly Attribute[]): readonly ObjectId[] | undefined {
    const sought = wanted.flatMap((one) => {
      const keys = soughtBy(one)
      return keys === undefined
        ? []
        : [keys.map((key) => this.#byKey.get(key) ?? new Set<ObjectId>())]
    })
    const [smallest, ...others] = sought.toSorted((left, right) => sizeOf(left) - sizeOf(right))
    if (smallest === undefined) return undefined
    const ids = [...new Set(smallest.flatMap((part) => [...part]))]
    return ids
      .filter((id) => others.every((parts) => parts.some((part) => part.has(id))))
      .toSorted((left, right) =>
        byCreation(this.#objects.get(left) as Indexed, this.#objects.get(right) as Indexed),
      )
  }

  #unkey(id: ObjectId): void {
    for (const key of this.#objects.get(id)?.keys ?? []) {
      const ids = this.#byKey.get(key)
      ids?.delete(id)
      if (ids?.size === 0) this.#byKey.delete(key)
    }
  }
}

const sizeOf = (parts: readonly ReadonlySet<ObjectId>[]): number =>
  parts.reduce((sum, { size }) => sum + size, 0)
