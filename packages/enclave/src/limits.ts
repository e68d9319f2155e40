/** Limits of the trusted core: every queue, cache and timeout has its name here. */

/** Opened signing keys kept in locked memory; the least recently used is erased first. */
export const openedKeysMax = 4096
/** Sealed sessions that one node keeps. */
export const sessionsMax = 20_000
/** How long a creation or a change waits for the zones that its durability needs. */
export const durabilityWaitMs = 10_000
/** Default of a wallet's `staleAfter`: how old a replica's last word may be when it signs. */
export const staleAfterMsDefault = 60 * 60_000
/** Accounts whose addresses are derived in one request. */
export const accountsPerRequestMax = 32
