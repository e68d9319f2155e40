/** Ethereum addresses: of a public key, and in their mixed-case form (EIP-55). */
import { type Bytes, fromHex } from '@holdfast/base/bytes'
import type { Crypto } from '../../ports/crypto.ts'

const digits = '0123456789abcdef'
const asciiOf: readonly number[] = Array.from(digits, (digit) => digit.charCodeAt(0))

/** Two digits of a byte in each case: bit 1 puts the first in upper case, bit 0 the second. */
const digitPairs: readonly (readonly string[])[] = [0, 1, 2, 3].map((upper) =>
  Array.from({ length: 256 }, (_, byte) => {
    const first = digits[byte >> 4] as string
    const second = digits[byte & 15] as string
    return (upper & 2 ? first.toUpperCase() : first) + (upper & 1 ? second.toUpperCase() : second)
  }),
)

/** EIP-55: a letter is upper case where the same digit of the hash is eight or more. */
export const checksumAddress = (address: Bytes, crypto: Crypto): string => {
  const ascii = new Uint8Array(address.length * 2)
  for (let index = 0; index < address.length; index += 1) {
    const byte = address[index] as number
    ascii[index * 2] = asciiOf[byte >> 4] as number
    ascii[index * 2 + 1] = asciiOf[byte & 15] as number
  }
  const hash = crypto.keccak256(ascii)
  let text = '0x'
  for (let index = 0; index < address.length; index += 1) {
    const mask = hash[index] as number
    const upper = ((mask >> 6) & 2) | ((mask >> 3) & 1)
    text += digitPairs[upper]?.[address[index] as number]
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
  const body = text.slice(2)
  const bytes = fromHex(body)
  if (body === body.toLowerCase() || body === body.toUpperCase()) return bytes
  return checksumAddress(bytes, crypto) === text ? bytes : undefined
}
