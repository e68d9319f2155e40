/**
 * Who decides on a wallet: a majority of its placement and, while that changes, a majority of the
 * placement before as well, so that any two decisions have a zone in common (decision 0014).
 */
import type { ZoneId } from '@holdfast/base/ids'
import type { Group } from '../homes/group.ts'
import { majorityOf } from './majority.ts'

export type Deciding = Pick<Group, 'zones' | 'from'>

/** The placement, and the one before where that decides too. */
export const placementsOf = ({ zones, from }: Deciding): readonly (readonly ZoneId[])[] =>
  from === undefined ? [zones] : [zones, from]

/** All zones that may hold the wallet now. */
export const holdersOf = ({ zones, from }: Deciding): readonly ZoneId[] =>
  from === undefined ? zones : [...new Set([...zones, ...from])]

export const isQuorum = (group: Deciding, agrees: (zone: ZoneId) => boolean): boolean =>
  placementsOf(group).every((zones) => zones.filter(agrees).length >= majorityOf(zones))
