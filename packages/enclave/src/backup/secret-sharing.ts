/**
 * Shamir's scheme over GF(2^8), byte by byte, by an audited library. It draws from the system's
 * generator, not from the entropy port: which polynomial it was is seen by nobody but guardians.
 */
import { shareBytes } from '@holdfast/base/backup/share-check'
import type { Bytes } from '@holdfast/base/bytes'
import { accept, type Result, refuse } from '@holdfast/base/errors'
import { combine, split } from 'shamir-secret-sharing'

/** One share for each of `count` guardians, `threshold` of which give the key back. */
export const splitKey = (
  key: Bytes,
  { count, threshold }: { readonly count: number; readonly threshold: number },
): Promise<readonly Bytes[]> => split(key, count, threshold)

/** What the shares give; only the vault tells whether it is the key. Refuses `bad_share`. */
export const combineShares = async (shares: readonly Bytes[]): Promise<Result<Bytes>> => {
  const coordinates = new Set(shares.map((share) => share.at(-1)))
  const usable =
    shares.length >= 2 &&
    shares.every((share) => share.length === shareBytes) &&
    coordinates.size === shares.length &&
    !coordinates.has(0)
  return usable
    ? accept(await combine([...shares]))
    : refuse('bad_share', 'a share is given twice, or is none')
}
