/** How long the measurements run, and what bounds them. */

/** A request of a measurement expires so far ahead; the longest measurement is shorter. */
export const requestLifetimeMs = 14 * 60_000
export const fullSeconds = 3
export const quickSeconds = 0.1
/** Rounds of the limit and of the core's own path, alternating. */
export const roundsFull = 3
export const roundsQuick = 1
/**
 * Operations whose frames are sealed ahead, outside the measured time: as many as are in flight
 * over a session, for more would be kept alive, and copied by the collector, only here.
 */
export const batchOperations = 64
export const connectionsOfHttps = 64
export const inFlight = 64
/** What a KMIP client signs: about the preimage of a transfer. */
export const signedBytes = 64
export const startTimeoutMs = 30_000
/** An answer that takes longer ends a run. */
export const answerTimeoutMs = 20_000
export const warmUpShare = 0.5
export const walletsAtRest = 10_000
export const walletsQuick = 64
/** A node at rest is looked at after this time. */
export const restMs = 5000
export const restMsQuick = 200
