/** Ethereum addresses: of a public key, and in their mixed-case form (EIP-55). */
import { type Bytes, fromHex, toHex, utf8 } from '@holdfast/base/bytes'
import type { Crypto } from '../../ports/crypto.ts'

/** EIP-55: a letter is upper case where the same digit of the hash is eight or more. */
export const checksumAddress = (address: Bytes, crypto: Crypto): string => {
  const digits = toHex(address)
  const hash = crypto.keccak256(utf8(digits))
  let text = '0x'
  for (let index = 0; index < digits.length; index += 1) {
    const digit = digits[index] as string
    const byte = hash[index >> 1] as number
    const nibble = index % 2 === 0 ? byte >> 4 : byte & 15
    text += nibble >= 8 ? digit.toUpperCase() : digit
  }
  return text
}

/** The last 20 bytes of the Keccak-256 of the uncompressed point (yellow paper, appendix F). */
export const ethereumAddress = (publicKey: Bytes, crypto: Crypto): string => {
  const point = crypto.secp256k1.uncompressed(publicKey)
  return checksumAddress(crypto.keccak256(point.subarray(1)).subarray(12), crypto)
}

/** Bytes of an address as text in any case, or undefined; a mixed-case one must be EIP-55. */
export const parseAddress = (text: string, crypto: Crypto): Bytes | undefined => {
  if (!/^0x[0-9a-fA-F]{40}$/.test(text)) return undefined
  const digits = text.slice(2)
  const bytes = fromHex(digits)
  if (digits === digits.toLowerCase() || digits === digits.toUpperCase()) return bytes
  return checksumAddress(bytes, crypto) === text ? bytes : undefined
}
