/** Limits of the client. */

export const requestTimeoutMs = 30_000
export const connectTimeoutMs = 10_000
/** How long the bytes of a request are good, by default; at most `requestLifetimeMsMax`. */
export const requestLifetimeMs = 5 * 60_000
/** How long the bytes of a request are good that waits for approvals. */
export const waitLifetimeMs = 24 * 3_600_000
/** First and longest pause before the same bytes are sent again. */
export const retryPauseMsFirst = 50
export const retryPauseMsMax = 1000
/** The largest answer that is read, in bytes: evidence with its collateral is about 40 KiB. */
export const answerBytesMax = 4 * 1024 * 1024
/** Requests of one sealed session that wait for their answers. */
export const sessionInFlightMax = 1024
/** Sealed sessions that one client keeps; the least recently used is closed first. */
export const sessionsMax = 16
/** Wallets whose placement and highest version one client remembers. */
export const walletsRememberedMax = 10_000
/** Verified enclaves are verified again after this time. */
export const verdictLifetimeMs = 10 * 60_000
/** Work that a keystore file may ask for: scrypt N·r·p and PBKDF2 rounds. */
export const scryptWorkMax = 2 ** 23
export const pbkdf2RoundsMax = 10_000_000
/** Manifests of one mesh that a client reads. */
export const manifestsMax = 1024
/** How long one try may take before the next node is asked. */
export const attemptTimeoutMs = 12_000
/** A node that owes an answer for so long is asked whether it is there at all. */
export const probeAfterMs = 700
/** One that does not say so by then has stopped: another is asked. */
export const probeTimeoutMs = 1000
/** How soon a node that is there is asked again. */
export const probeAgainMs = 2000
/** How long a node that failed is passed over. */
export const nodeRestMs = 5000
/** Wallets that one session is authenticated for. */
export const sessionWalletsMax = 64
/** How often secrets are sealed anew because the enclave has another identity by now. */
export const sealAgainMax = 3
/** How often a change is built anew because another one came first. */
export const rebaseMax = 3
/** How long a node may take to carry governors' statement on homes out. */
export const homesTimeoutMs = 20_000
