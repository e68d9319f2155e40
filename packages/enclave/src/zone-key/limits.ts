/** Limits of how a node comes by its zone's key, and of how that is rotated. */

/** How long a node waits for a peer of its zone to hand over the key. */
export const zoneKeyWaitMs = 10 * 60_000
/** How often it asks. */
export const handoverRetryMs = 250
/** How often it asks the other zones whether its zone's last key is gone; a multiple of that. */
export const refillEveryMs = 2000
export const handoverTimeoutMs = 5000
/** Keys of the next epoch that were made or handed over, and not taken into use yet. */
export const candidatesMax = 4
/** Keys in one sealed cache: the current one, and candidates. */
export const cachedKeysMax = 1 + candidatesMax
/** Records that are sealed again in one commit, and between two ticks. */
export const resealBatchRecords = 16
export const resealTickRecords = 128
/** Records in one page of the scan for what an earlier key sealed. */
export const resealPageRecords = 256
/** After so many attempts a rotation goes on without the peers that did not take the key. */
export const offerAttemptsMax = 40
