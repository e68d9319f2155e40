/** Limits of Nitro evidence. */

/** AWS gives at most 16 KiB. */
export const nitroDocumentBytesMax = 16 * 1024
/** How far the enclave's clock may be ahead of the verifier's. */
export const nitroClockSkewMsMax = 60_000
