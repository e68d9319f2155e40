/** Limits of the crypto port. */

/**
 * Locked memory by size of slot; `ulimit -l` must allow the sum (1.75 MiB). Keys, seeds and
 * hardened results take the small slots; passphrases, phrases and DER the medium; the plaintext
 * of an object record that KMIP registered (RSA keys, certificates' keys) the large.
 */
export const arenaClasses = [
  { slotBytes: 64, slots: 16_384 },
  { slotBytes: 1024, slots: 512 },
  { slotBytes: 16_384, slots: 16 },
] as const
/** Imported P-256 public keys that are kept ready. */
export const publicKeyCacheMax = 1024
/** Public keys that were verified against and are kept as points. */
export const parsedPointsMax = 4096
