/** Limits of what a verifier reads before it trusts anything. */

export const quoteBytesMax = 16 * 1024
export const collateralBytesMax = 256 * 1024
