/** What replication works with. */
import type { Result } from '@holdfast/base/errors'
import type { Cancellation } from '../cancellation/cancelled-table.ts'
import type { ObjectTable } from '../objects/object-table.ts'
import type { Removal } from '../placement/gone-table.ts'
import type { Clock } from '../ports/clock.ts'
import type { AcceptContext } from './accept-wallet.ts'
import type { Digests } from './compare/digests.ts'
import type { Contested } from './homes/contested.ts'
import type { Peers } from './peers/peers.ts'

export type ReplicatorContext = AcceptContext & {
  readonly clock: Clock
  readonly peers: Peers
  readonly objects: ObjectTable
  readonly digests: Digests
  readonly contested: Contested
  /** Erases a wallet that this zone may not hold any more. */
  readonly leave: (removal: Removal) => Promise<Result<void>>
  /** Remembers that a creation was cancelled. */
  readonly learnCancelled: (cancelled: Cancellation) => Promise<Result<void>>
}
