/** The three steps of a change of placement, as a wallet's document shows them (decision 0014). */
import type { ZoneId } from '@holdfast/base/ids'
import { limitWindowMsMax } from '@holdfast/base/limits'
import type { FormerShares, Moved } from '@holdfast/base/moved'
import { parseTimestamp } from '@holdfast/base/time'
import type { Wallet } from '@holdfast/base/wallet'
import { founderOf } from '../replication/homes/group.ts'

type Version = { readonly epoch: number; readonly version: number }

/** Zones that have yet to erase, and those of which governors say that they never will. */
type Leaving = { readonly left: readonly ZoneId[]; readonly struck?: readonly ZoneId[] | undefined }

const withLeft = (
  moved: Omit<Moved, 'left' | 'struck'>,
  { left, struck = [] }: Leaving,
): Moved => ({
  ...moved,
  ...(left.length > 0 && { left: [...new Set(left)] }),
  ...(struck.length > 0 && { struck: [...new Set(struck)] }),
})

const without = (zones: readonly ZoneId[], some: readonly ZoneId[]): readonly ZoneId[] =>
  zones.filter((zone) => !some.includes(zone))

export const isSameZones = (left: readonly ZoneId[], right: readonly ZoneId[]): boolean =>
  left.length === right.length && without(left, right).length === 0

/** Former divisions of limits that no window can need any more are forgotten. */
const stillOpen = (wallet: Wallet, nowMs: number): readonly FormerShares[] => {
  const former = wallet.moved?.shares ?? []
  // Guesses have no windows that end with time.
  if (wallet.credentials.some(({ kind }) => kind === 'password')) return former
  return former.filter(
    ({ until }) => until === undefined || parseTimestamp(until) + limitWindowMsMax > nowMs,
  )
}

/** First: old and new zones hold it and decide together. */
export const moveTo = (
  wallet: Wallet,
  placement: Wallet['placement'],
  at: Version & { readonly nowMs: number },
): Pick<Wallet, 'placement' | 'moved'> => {
  const { zones } = wallet.placement
  if (isSameZones(zones, placement.zones)) return { placement }
  const { epoch, version, nowMs } = at
  const leaves = wallet.moved === undefined ? { founder: founderOf(wallet) } : {}
  const shares = [...stillOpen(wallet, nowMs), { zones }]
  const moved = { epoch, version, from: zones, ...leaves, shares }
  const { left = [], struck = [] } = wallet.moved ?? {}
  const leaving = {
    left: without(left, placement.zones),
    struck: without(struck, placement.zones),
  }
  return { placement, moved: withLeft(moved, leaving) }
}

/** Second, once both have agreed: the new zones alone; those that left have yet to erase it. */
export const settled = (wallet: Wallet, until: string): Moved | undefined => {
  if (wallet.moved?.from === undefined) return undefined
  const { from, founder: _founder, left = [], struck, shares, ...moved } = wallet.moved
  return withLeft(
    {
      ...moved,
      shares: shares.map((former) => (former.until === undefined ? { ...former, until } : former)),
    },
    { left: [...left, ...without(from, wallet.placement.zones)], struck },
  )
}

/** Last: zones have said that they erased it. */
export const erasedBy = (wallet: Wallet, zones: readonly ZoneId[]): Moved | undefined => {
  if (wallet.moved === undefined) return undefined
  const { left = [], struck = [], ...moved } = wallet.moved
  return withLeft(moved, { left: without(left, zones), struck: without(struck, zones) })
}

/** Or governors have said that they never will. */
export const struckBy = (wallet: Wallet, zones: readonly ZoneId[]): Moved | undefined => {
  if (wallet.moved === undefined) return undefined
  const { left = [], struck = [], ...moved } = wallet.moved
  return withLeft(moved, { left: without(left, zones), struck: [...struck, ...zones] })
}

/**
 * Zones that had left by `atMs` and have not erased yet: who signed something then has meant no
 * later removal by it.
 */
export const leavingSince = ({ moved }: Wallet, atMs: number): readonly ZoneId[] =>
  (moved?.left ?? []).filter((zone) =>
    (moved?.shares ?? []).every(
      ({ zones, until }) =>
        !zones.includes(zone) || (until !== undefined && parseTimestamp(until) < atMs),
    ),
  )
