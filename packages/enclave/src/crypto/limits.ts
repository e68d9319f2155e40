/** Limits of the crypto port. */

/** Slots of locked memory; `ulimit -l` must allow slots × slot size. */
export const arenaSlots = 16_384
export const arenaSlotBytes = 64
/** Imported P-256 public keys that are kept ready. */
export const publicKeyCacheMax = 1024
