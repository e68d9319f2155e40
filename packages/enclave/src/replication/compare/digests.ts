/**
 * Digests of what this zone holds that another zone holds too: one for each bucket of wallets,
 * kept as records come and go, so that two zones see in one message whether they are equal
 * (DESIGN §7, reconciliation). A bucket's digest is the exclusive or of what it holds. That finds
 * what a store or a link has lost; it is no defence against a zone that lies, for zones are
 * attested.
 */
import { type Bytes, fromHex } from '@holdfast/base/bytes'
import type { WalletId, ZoneId } from '@holdfast/base/ids'

export const digestBuckets = 256
/** Of the SHA-256 of a record, as many as nobody meets by chance. */
export const digestBytes = 16

type Held = { readonly hash: string; readonly holders: readonly ZoneId[] }
type HeldObject = { readonly hash: string; readonly destroyed: boolean }

export type Digests = {
  /** A wallet came, changed or went. */
  wallet(id: WalletId, before: Held | undefined, after: Held | undefined): void
  /** An object of a wallet, which these zones may hold, came, changed or went. */
  object(
    wallet: { readonly id: WalletId; readonly holders: readonly ZoneId[] },
    before: HeldObject | undefined,
    after: HeldObject | undefined,
  ): void
  /** All buckets of what `zone` may hold, one behind the other. */
  of(zone: ZoneId): Bytes
}

/** The last two digits of the id, which is a hash. */
export const bucketOf = (wallet: WalletId): number =>
  Number.parseInt(wallet.slice(-2), 16) % digestBuckets

const mix = (into: Bytes, offset: number, item: Bytes): void => {
  for (let index = 0; index < digestBytes; index += 1) {
    into[offset + index] = (into[offset + index] ?? 0) ^ (item[index] ?? 0)
  }
}

const itemOf = (hash: string): Bytes => fromHex(hash.slice(0, digestBytes * 2))

/** That it is destroyed counts, in whatever version. */
const objectItem = ({ hash, destroyed }: HeldObject): Bytes => {
  const item = itemOf(hash)
  return destroyed ? item.map((byte) => byte ^ 0xff) : item
}

export const createDigests = (): Digests => {
  const byZone = new Map<ZoneId, Bytes>()
  /** Of the objects of a wallet together, where it has any. */
  const objectsOf = new Map<WalletId, Bytes>()

  const mixInto = (zones: readonly ZoneId[], wallet: WalletId, item: Bytes): void => {
    for (const zone of zones) {
      const buckets = byZone.get(zone) ?? new Uint8Array(digestBuckets * digestBytes)
      byZone.set(zone, buckets)
      mix(buckets, bucketOf(wallet) * digestBytes, item)
    }
  }

  return {
    wallet: (id, before, after) => {
      const objects = objectsOf.get(id)
      for (const held of [before, after]) {
        if (held === undefined) continue
        mixInto(held.holders, id, itemOf(held.hash))
        if (objects !== undefined) mixInto(held.holders, id, objects)
      }
    },
    object: ({ id, holders }, before, after) => {
      const objects = objectsOf.get(id) ?? new Uint8Array(digestBytes)
      objectsOf.set(id, objects)
      for (const held of [before, after]) {
        if (held === undefined) continue
        const item = objectItem(held)
        mix(objects, 0, item)
        mixInto(holders, id, item)
      }
    },
    of: (zone) => byZone.get(zone)?.slice() ?? new Uint8Array(digestBuckets * digestBytes),
  }
}

/** The buckets in which two zones differ. */
export const differingBuckets = (left: Bytes, right: Bytes): readonly number[] => {
  const differing: number[] = []
  for (let bucket = 0; bucket < digestBuckets; bucket += 1) {
    const from = bucket * digestBytes
    const isEqual = left
      .subarray(from, from + digestBytes)
      .every((byte, index) => byte === right[from + index])
    if (!isEqual) differing.push(bucket)
  }
  return differing
}
