/**
 * Private keys of general objects that sign, opened and kept: parsing a key costs ten times what a
 * signature does. The value of an object never changes; whether it may be used is judged before,
 * for every request. Erased when the object is destroyed, when it has not been used for a while,
 * and beyond the limit the least recent first.
 */
import type { ObjectId } from '@holdfast/base/ids'
import { signingKeyIdleMs, signingKeysMax } from '../limits.ts'
import type { Scope } from '../scope.ts'
import type { Given } from './raw-use.ts'
import type { Parameters } from './symmetric.ts'

export type SigningKey = Disposable & {
  sign(scope: Scope, parameters: Parameters, given: Given): Uint8Array
}

type Kept = { readonly key: SigningKey; usedMs: number }

export class SigningKeys {
  /** In order of use, the least recent first. */
  readonly #kept = new Map<ObjectId, Kept>()
  readonly #limit: number

  constructor(limit: number = signingKeysMax) {
    this.#limit = limit
  }

  get size(): number {
    return this.#kept.size
  }

  get(id: ObjectId, nowMs: number): SigningKey | undefined {
    const kept = this.#kept.get(id)
    if (kept === undefined) return undefined
    this.#kept.delete(id)
    this.#kept.set(id, kept)
    kept.usedMs = nowMs
    return kept.key
  }

  put(id: ObjectId, key: SigningKey, nowMs: number): void {
    this.erase(id)
    const [oldest] = this.#kept.keys()
    if (oldest !== undefined && this.#kept.size >= this.#limit) this.erase(oldest)
    this.#kept.set(id, { key, usedMs: nowMs })
  }

  erase(id: ObjectId): void {
    this.#kept.get(id)?.key[Symbol.dispose]()
    this.#kept.delete(id)
  }

  /** Erases what was not used for a while, and what is not to be held any more. */
  sweep(nowMs: number, isHeld: (id: ObjectId) => boolean): void {
    for (const [id, { usedMs }] of this.#kept) {
      if (usedMs + signingKeyIdleMs <= nowMs || !isHeld(id)) this.erase(id)
    }
  }

  clear(): void {
    for (const id of this.#kept.keys()) this.erase(id)
  }
}
