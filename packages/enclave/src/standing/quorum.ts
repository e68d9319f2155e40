/** How many zones must have confirmed a boot. */

/**
 * A majority of the *other* zones: a node's own word counts for nothing, since its clone would
 * say the same. Two boots that were both confirmed then have a zone in common, which knows the
 * later of them. A mesh of one zone has nobody to ask.
 */
export const confirmationsNeeded = (zones: number): number =>
  zones <= 1 ? 0 : Math.floor((zones - 1) / 2) + 1
