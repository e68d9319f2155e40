/** RSASSA-PSS verification with SHA-384 and a salt of 48 bytes (RFC 8017 §8.1.2); public data. */
import { type Bytes, bytesToUint, concat, equalBytes, uintToBytes } from '@holdfast/base/bytes'
import * as der from '@holdfast/base/der'
import { attempt, fail } from '@holdfast/base/errors'
import { sha384 } from '@noble/hashes/sha2.js'

export type RsaKey = { readonly modulus: bigint; readonly length: number }

const hashLength = 48
const saltLength = 48
/** The only size in AMD's PKI, and the only exponent. */
const modulusBits = 4096
const exponent = 65_537n

/** AlgorithmIdentifier of this very scheme; AMD writes the default trailer field out. */
export const rsaPssAlgorithms = (): readonly Bytes[] => {
  const hash = der.sequence(der.oid('2.16.840.1.101.3.4.2.2'), der.encode(der.derTag.null))
  const parameters = [
    der.explicit(0, hash),
    der.explicit(1, der.sequence(der.oid('1.2.840.113549.1.1.8'), hash)),
    der.explicit(2, der.integer(saltLength)),
  ]
  const trailer = der.explicit(3, der.integer(1))
  return [parameters, [...parameters, trailer]].map((form) =>
    der.sequence(der.oid('1.2.840.113549.1.1.10'), der.sequence(...form)),
  )
}

/** An RSA-4096 key with the exponent 65537 from its SPKI, else undefined. */
export const readRsaKey = (spki: Bytes): RsaKey | undefined => {
  const parsed = attempt(() => {
    const [algorithm, bits] = der.readSequence(der.readOnly(spki, der.derTag.sequence))
    const key = der.readOnly(der.readBitString(bits), der.derTag.sequence)
    const [modulus, publicExponent] = der.readSequence(key).map(der.readInteger)
    const oid = der.readOid(der.readSequence(algorithm)[0])
    if (
      oid !== '1.2.840.113549.1.1.1' ||
      publicExponent !== exponent ||
      modulus?.toString(2).length !== modulusBits
    ) {
      return fail('malformed', 'another kind of key')
    }
    return { modulus, length: modulusBits / 8 }
  })
  return parsed.ok ? parsed.value : undefined
}

const powerModulo = (base: bigint, modulus: bigint): bigint => {
  // 65537 = 2¹⁶ + 1.
  let value = base
  for (let round = 0; round < 16; round += 1) value = (value * value) % modulus
  return (value * base) % modulus
}

/** MGF1 (RFC 8017 §B.2.1). */
const mask = (seed: Bytes, length: number): Bytes => {
  const blocks = Array.from({ length: Math.ceil(length / hashLength) }, (_, counter) =>
    sha384(concat(seed, uintToBytes(BigInt(counter), 4))),
  )
  return concat(...blocks).slice(0, length)
}

export const verifyRsaPss = (message: Bytes, signature: Bytes, key: RsaKey): boolean => {
  const representative = bytesToUint(signature)
  if (signature.length !== key.length || representative >= key.modulus) return false
  const encoded = uintToBytes(powerModulo(representative, key.modulus), key.length)
  const split = key.length - hashLength - 1
  const maskedBlock = encoded.subarray(0, split)
  const hash = encoded.subarray(split, split + hashLength)
  // The modulus has 4096 bits, so the encoded message has 4095: its first bit is zero.
  if (encoded.at(-1) !== 0xbc || ((maskedBlock[0] as number) & 0x80) !== 0) return false
  const blockMask = mask(hash, split)
  const block = maskedBlock.map((byte, index) => byte ^ (blockMask[index] as number))
  block[0] = (block[0] as number) & 0x7f
  const padding = split - saltLength - 1
  if (!block.subarray(0, padding).every((byte) => byte === 0) || block[padding] !== 1) return false
  const salt = block.subarray(padding + 1)
  const expected = sha384(concat(new Uint8Array(8), sha384(message), salt))
  return equalBytes(expected, hash)
}
