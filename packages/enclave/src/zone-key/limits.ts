/** Limits of how a node comes by its zone's key. */

/** How long a node waits for a peer of its zone to hand over the key. */
export const zoneKeyWaitMs = 10 * 60_000
/** How often it asks. */
export const handoverRetryMs = 250
/** How often it asks the other zones whether its zone's last key is gone; a multiple of that. */
export const refillEveryMs = 2000
export const handoverTimeoutMs = 5000
