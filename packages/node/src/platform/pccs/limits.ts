/** Limits of what a PCCS may answer, and when its collateral is asked for again. */

/** One answer: a JSON text of some 20 KiB with its chain, or a CRL. */
export const answerBytesMax = 128 * 1024
export const headersBytesMax = 32 * 1024
export const answerTimeoutMs = 10_000
/** Collateral lives 30 days; a day's delay of a revocation is what its maker allows for. */
export const refreshAfterMs = 24 * 60 * 60_000
/** Before it expires it is asked for more often, however young it is. */
export const refreshBeforeExpiryMs = 7 * 24 * 60 * 60_000
export const urgentRefreshAfterMs = 60 * 60_000
/** Pause after a failed attempt, doubled up to the last. */
export const retryAfterMsMin = 60_000
export const retryAfterMsMax = 60 * 60_000
/** How often it is looked at whether it is time. */
export const keeperTickMs = 30_000
/** The file that keeps it through restarts. */
export const cacheBytesMax = 512 * 1024
