/** Limits of the KMIP listeners; a test may set others. */
export type KmipLimits = typeof kmipLimits

export const kmipLimits = {
  connectionsMax: 2000,
  /** A TLS handshake ends within this time. */
  handshakeTimeoutMs: 10_000,
  /** The tenant of a certificate is found within this time. */
  authenticationTimeoutMs: 10_000,
  /** A message that has begun is complete within this time. */
  messageTimeoutMs: 15_000,
  idleTimeoutMs: 300_000,
  messageBytesMax: 1024 * 1024,
  /** Messages of one connection that wait, and their bytes; past either it is not read from. */
  queuedMax: 64,
  queuedBytesMax: 1024 * 1024,
  /** A connection that was told that too much waits is neither read nor answered for so long. */
  refusedRestMs: 1000,
  /** Signatures of one connection that are made at the same time. */
  togetherMax: 32,
  /** Answers of one connection that are joined into one write. */
  joinedBytesMax: 64 * 1024,
  /** A client that does not read its answers is not read from, past the second it is cut. */
  unsentBytesMax: 1024 * 1024,
  drainTimeoutMs: 30_000,
  /** Requests to one client that wait for its answer, and how long one does. */
  unansweredMax: 256,
  clientAnswerTimeoutMs: 30_000,
} as const satisfies Readonly<Record<string, number>>
