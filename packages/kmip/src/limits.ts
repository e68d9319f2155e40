/** Limits of a decoder; each may be lowered or raised by the caller. */

export const messageBytesMax = 1024 * 1024
export const depthMax = 64
