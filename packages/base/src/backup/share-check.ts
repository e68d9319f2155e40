/** Tells a share of a backup from a damaged one, or from one of another backup. */
import { type Bytes, toHex, utf8 } from '../bytes.ts'

/** 32 bytes of the polynomial's value, then the coordinate. */
export const shareBytes = 33

/** Shares have 264 bits that nobody can guess, so that eight bytes of a hash give nothing away. */
export const shareCheck = (
  crypto: { sha256(...parts: readonly Bytes[]): Bytes },
  set: string,
  share: Bytes,
): string => toHex(crypto.sha256(utf8(`holdfast share check v1\0${set}\0`), share).subarray(0, 8))
