/** Limits of the command. */

/** How long a node may take until it is ready. */
export const nodeReadyTimeoutMs = 30_000
/** How long a node may take to end after SIGTERM before it is killed. */
export const nodeStopTimeoutMs = 8000
/** How long an etcd of this machine may take until it has a leader. */
export const etcdReadyTimeoutMs = 20_000
/** How long a returned node may take until it has what it missed. */
export const catchUpTimeoutMs = 30_000
/** How long anvil may take until it answers. */
export const anvilReadyTimeoutMs = 15_000
export const rpcTimeoutMs = 10_000
/** Files that the command reads. */
export const fileBytesMax = 1024 * 1024
/** The manifest of a mesh made here is good for so long. */
export const manifestLifetimeMs = 365 * 86_400_000
/** New code waits for so long in a mesh made here, unless all its governors sign. */
export const measurementDelayMs = 86_400_000
/** Simulated collateral is made anew when less than this is left of its 30 days. */
export const collateralRenewBeforeMs = 20 * 86_400_000
/** How long governors' statement on boots is good. */
export const statementLifetimeMs = 60 * 60_000
/** How long governors' statement on homes is good: it goes from hand to hand first. */
export const homesLifetimeMs = 24 * 60 * 60_000
/** How often the local operator looks which boots wait. */
export const bootCheckMs = 50
/** How long a node that restarts alone has for being confirmed by the other zones. */
export const restartConfirmMs = 2000
