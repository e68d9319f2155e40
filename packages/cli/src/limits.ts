/** Limits of the command line. */

/** How long `holdfast start` waits for a node to be ready. */
export const nodeReadyTimeoutMs = 30_000
/** How long a node has to end by itself before it is killed. */
export const nodeStopTimeoutMs = 5000
