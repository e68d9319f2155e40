/** Limits of the shell: connections, bodies, timeouts. */

export const clientConnectionsMax = 20_000
export const headersTimeoutMs = 10_000
export const bodyTimeoutMs = 15_000
export const idleTimeoutMs = 120_000
export const meshRequestsInFlightMax = 4096
export const meshRequestTimeoutMs = 10_000
export const meshHeartbeatMs = 1000

/** Commits that share one transaction and its fsync. */
export const commitGroupMax = 1024
export const storeKeyLengthMax = 512
/** Records of one page of a scan. */
export const storePageMax = 10_000
/** Recent commits kept in memory for watches; older ones answer `compacted`. */
export const watchLogBytesMax = 16 * 1024 * 1024
/** A watch gives whole commits until it has this many events. */
export const watchEventsPerPageMax = 1024
