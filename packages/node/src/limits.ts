/** Limits of the shell: connections, bodies, timeouts. */

/** Client connections of one listener, of all kinds; more are not accepted. */
export const clientConnectionsMax = 20_000
/** Of them from one address (IPv6: one /64), where no proxy stands between. */
export const connectionsPerAddressMax = 2048
/** Work that is begun before other sockets are looked at again. */
export const turnBudgetMs = 4
/** Answers that are being made: what the next turn waits for at most, enough for group commits. */
export const turnsInFlightMax = 32
/** Of other zones: most of them wait for a commit that they share. */
export const peerTurnsInFlightMax = 128
/** An answer that takes longer waits for something else, and holds up nobody. */
export const turnHeldMs = 50
/**
 * Whose turn it is while all kinds wait: a quarter is strangers', and of the rest the other zones
 * get half, since what they ask holds up callers of theirs.
 */
export const turnOrder = [
  'strangers',
  'known',
  'peers',
  'known',
  'strangers',
  'peers',
  'known',
  'peers',
] as const
/** What may wait of one caller, one zone or one address's strangers, and of all of a kind. */
export const turnsWaitingMax = { known: 4096, peers: 4096, strangers: 2048 } as const
export const turnsWaitingAllMax = 65_536
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

/** Payloads up to this size are copied behind their frame's head; larger ones are written apart. */
export const frameCopyBytesMax = 4096
/** A link whose unsent bytes are more takes no questions, in either direction. */
export const linkBufferedBytesMax = 8 * 1024 * 1024
/** Questions of one peer that are being answered at the same time. */
export const linkServedInFlightMax = 4096
/** A link is cut where not a byte has come for so long. */
export const meshSilenceMs = 5000
/** A frame that has begun ends within this time. */
export const meshFrameTimeoutMs = 10_000
export const meshHandshakeTimeoutMs = 10_000
/** How long the verification of a peer's evidence may take. */
export const verifyTimeoutMs = 10_000
/** Incoming links; and those of them whose peer is not verified yet. */
export const meshConnectionsMax = 512
export const meshUnverifiedMax = 32
/** Incoming links of one node; a newer one closes the oldest, which may be dead unnoticed. */
export const linksPerPeerMax = 4
/** The longest time that a timer of the runtime takes. */
export const timerMsMax = 2 ** 31 - 1
/** A verdict older than this is renewed; the ages are looked at every `verdictCheckMs`. */
export const verdictMaxAgeMs = 10 * 60_000
export const verdictCheckMs = 15_000
/** Pauses between attempts to reach a peer: doubled from the first to the last, then jittered. */
export const dialPauseMsMin = 100
export const dialPauseMsMax = 10_000

/** The body of a request over HTTP: a request of 256 KiB in base64url, and its proofs. */
export const bodyBytesMax = 512 * 1024
/** What opens a sealed session: boot id, prologue, first message. */
export const sessionOpeningBytesMax = 4096
export const headerBytesMax = 16 * 1024
export const keepAliveTimeoutMs = 75_000
/** How often connections are looked at for what they owe: headers, bodies, a pong. */
export const connectionSweepMs = 5000
/** Frames of one WebSocket that are being answered; it is not read from while there are more. */
export const socketInFlightMax = 256
/** A WebSocket that does not read its answers is not read from, and past the second is cut. */
export const socketBufferedBytesPause = 1024 * 1024
export const socketBufferedBytesMax = 16 * 1024 * 1024
/** A WebSocket says what session it opens within this time. */
export const socketOpeningTimeoutMs = 10_000
/** A silent WebSocket is asked for a sign of life, then cut at `idleTimeoutMs`. */
export const socketPingAfterMs = 45_000
/** How long a refused connection may take to close its own half. */
export const refusalLingerMs = 1000
export const managementConnectionsMax = 64
/** How long a stop waits for answers that are being made. */
export const stopTimeoutMs = 3000
/** How long a WebSocket has to answer that it is closed. */
export const socketCloseTimeoutMs = 500
/** `node.json`; and the file of all manifests of a mesh. */
export const configBytesMax = 64 * 1024
export const manifestChainBytesMax = 8 * 1024 * 1024
/** Manifests that a peer is given in one answer. */
export const manifestsAnswerBytesMax = 512 * 1024
/** How often the collateral is looked at, and shown in a new certificate where it was renewed. */
export const collateralCheckMs = 60 * 60_000
/** How often it is asked whether the zone's CA is another, since the zone's key was rotated. */
export const kmipCaCheckMs = 5000
/** How often the core's `tick` is called. */
export const tickMs = 250
/** A stop that takes longer ends the process. */
export const forcedStopMs = 8000
/** How often a node that waits looks for a statement of governors. */
export const statementCheckMs = 50
/** One file of the web page. */
export const consoleFileBytesMax = 4 * 1024 * 1024
/**
 * How long a node whose store fell is silent before it ends and may be started again: longer than
 * any message lives that it sent in the history that it has forgotten.
 */
export const fallenSilenceMs = 15_000
