/** Limits of how a node comes by its zone's key. */

/** How long a node waits for a peer of its zone to hand over the key. */
export const zoneKeyWaitMs = 10 * 60_000
/** How often it asks. */
export const handoverRetryMs = 250
export const handoverTimeoutMs = 5000
