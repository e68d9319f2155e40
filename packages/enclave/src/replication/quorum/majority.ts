/** How many zones of a placement decide for all of it. */
import type { ZoneId } from '@holdfast/base/ids'

export const majorityOf = (zones: readonly ZoneId[]): number => Math.floor(zones.length / 2) + 1
