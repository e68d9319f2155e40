/** How TTLV lies in memory: a header of tag, type and length, then the value in eights. */
export const headerBytes = 8

/** A length rounded up to a multiple of eight. */
export const padded = (length: number): number => Math.ceil(length / 8) * 8
