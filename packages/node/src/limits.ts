/** Limits of the shell: connections, bodies, timeouts. */

export const clientConnectionsMax = 20_000
export const headersTimeoutMs = 10_000
export const bodyTimeoutMs = 15_000
export const idleTimeoutMs = 120_000
export const meshRequestsInFlightMax = 4096
export const meshRequestTimeoutMs = 10_000
export const meshHeartbeatMs = 1000
