/** Limits of the client. */

export const requestTimeoutMs = 30_000
export const connectTimeoutMs = 10_000
