/** Limits of how boots are confirmed and zones are given up. */

/** A zone whose key was not heard of for so long counts as gone; the others admit its next key. */
export const refillSilenceMs = 60_000
/** How often a node tells its peers of its boot again, and learns of theirs. */
export const announceIntervalMs = 5000
export const announceTimeoutMs = 3000
/** A node whose number is taken proposes the next, so often in one attempt. */
export const proposalsMax = 4
/** Boots of one zone that a node remembers. */
export const bootsPerZoneMax = 64
/** Manifests that one peer hands over in one answer; the rest when it is asked again. */
export const manifestsAtOnceMax = 64
/** Keys that a zone announced and did not take into use: its boots ended before they could. */
export const nextKeysMax = 4
