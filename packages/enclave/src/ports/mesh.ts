/** Links to the other nodes as a port. A peer is listed only while its verdict is good. */
import type { Bytes } from '@holdfast/base/bytes'
import type { Result } from '@holdfast/base/errors'
import type { BootId, ZoneId } from '@holdfast/base/ids'

/** A node whose evidence this node has verified, over a link that is up. */
export type Peer = {
  readonly boot: BootId
  readonly zone: ZoneId
  readonly level: number
  /** Accepted measurement of its enclave, hexadecimal. */
  readonly measurement: string
  /** Smoothed round trip of the link. */
  readonly roundTripMs: number
}

/** Bytes in, bytes out: the core writes and parses the messages (replication/messages). */
export type Mesh = {
  /** Peers whose links are up now. */
  peers(): readonly Peer[]
  /** Refusals: `unreachable` (no link, or it broke before the answer), `limit_reached`. */
  ask(boot: BootId, message: Bytes, options: { readonly timeoutMs: number }): Promise<Result<Bytes>>
}
