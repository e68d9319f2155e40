/**
 * Managed objects of a tenant wallet, as KMIP's operations see them: a payload that never changes,
 * and a state (attributes, lifecycle) in versions that the wallet's home orders.
 */
import type { Bytes } from '@holdfast/base/bytes'
import type { Result } from '@holdfast/base/errors'
import type { ObjectId, WalletId } from '@holdfast/base/ids'
import type { RecordVersion } from '../records/record-seal.ts'

export type ObjectState = {
  readonly id: ObjectId
  readonly wallet: WalletId
  /** What the owner of the format wrote; replication does not read it. */
  readonly state: Bytes
  readonly version: RecordVersion
  readonly destroyed: boolean
  /** When it was made, and as which of those that were made together. */
  readonly createdAtMs: number
  readonly place: number
}

export type ManagedObjects = {
  /**
   * Makes objects together: all or none, under ids that were never given before. Settles when the
   * wallet's durability is reached.
   * Refusals: `not_here` (this zone does not hold the wallet), `pending`, `conflict`.
   */
  create(
    wallet: WalletId,
    objects: readonly {
      readonly id: ObjectId
      readonly payload: Bytes
      readonly state: Bytes
      /** No secret, and the same whoever makes it: then its id may be given again. */
      readonly isFixed?: true
    }[],
  ): Promise<Result<void>>
  /** Refuses `unknown`, also for an object of another wallet. */
  state(wallet: WalletId, id: ObjectId): Promise<Result<ObjectState>>
  /** The payload in a buffer that the caller clears. Refusals: `unknown`, `destroyed`. */
  payload(wallet: WalletId, id: ObjectId): Promise<Result<Bytes>>
  /** States of a wallet's objects, destroyed ones included, in the order of their creation. */
  list(wallet: WalletId): Promise<readonly ObjectState[]>
  /** Tells of each object whose state is stored here or gone from here, until it is ended. */
  follow(listener: (wallet: WalletId, id: ObjectId) => void): () => void
  /** Whether the value of an object is here. */
  holds(id: ObjectId): boolean
  /** How many objects a wallet has, destroyed ones included. */
  count(wallet: WalletId): Promise<number>
  /**
   * The next version of several states, all or none, each only if its version is `base`.
   * Refusals: `conflict`, `unknown`, `destroyed`, `unreachable` (the home).
   */
  change(
    wallet: WalletId,
    changes: readonly {
      readonly id: ObjectId
      readonly base: RecordVersion
      readonly state: Bytes
      /** Removes the payload for good, in every zone that ever held it. */
      readonly destroy?: true
    }[],
  ): Promise<Result<void>>
}
