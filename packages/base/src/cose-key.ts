/** COSE public keys (RFC 9052 §7, RFC 9053, RFC 8230) of passkeys, as wallets list them. */
import { decodeFirst } from 'cborg'
import { type Bytes, bytesToUint, concat, toBase64Url } from './bytes.ts'
import { bitString, derTag, encode, integer, oid, sequence } from './der.ts'
import { fail } from './errors.ts'
import type { PasskeyCredential } from './wallet.ts'

export type PasskeyPublicKey = Pick<PasskeyCredential, 'algorithm' | 'publicKey'>

/** Labels of RFC 9052 §7.1 and RFC 9053 §7. */
const label = { keyType: 1, algorithm: 3, curve: -1, x: -2, y: -3, modulus: -1, exponent: -2 }

const decode = (untrusted: Bytes): readonly [unknown, Bytes] => {
  try {
    return decodeFirst(untrusted, {
      strict: true,
      useMaps: true,
      allowIndefinite: false,
      allowUndefined: false,
      rejectDuplicateMapKeys: true,
    })
  } catch {
    return fail('malformed', 'a COSE key is no CBOR')
  }
}

type Fields = ReadonlyMap<unknown, unknown>

const bytesAt = (key: Fields, at: number, length?: number): Bytes => {
  const value = key.get(at)
  if (!(value instanceof Uint8Array) || (length !== undefined && value.length !== length)) {
    return fail('malformed', 'a COSE key lacks a number of its kind')
  }
  return value
}

const rsaSpki = (key: Fields): Bytes => {
  const numbers = sequence(
    integer(bytesToUint(bytesAt(key, label.modulus))),
    integer(bytesToUint(bytesAt(key, label.exponent))),
  )
  const rsaEncryption = sequence(oid('1.2.840.113549.1.1.1'), encode(derTag.null))
  return sequence(rsaEncryption, bitString(numbers))
}

/** By `keyType algorithm curve`. */
const kinds: Readonly<
  Record<string, { algorithm: PasskeyCredential['algorithm']; read: (key: Fields) => Bytes }>
> = {
  '2 -7 1': {
    algorithm: 'p256',
    read: (key) => {
      const y = bytesAt(key, label.y, 32)
      return concat(Uint8Array.of(2 + ((y[31] as number) & 1)), bytesAt(key, label.x, 32))
    },
  },
  '1 -8 6': { algorithm: 'ed25519', read: (key) => bytesAt(key, label.x, 32) },
  '3 -257': { algorithm: 'rs256', read: rsaSpki },
}

/**
 * The key at the beginning of some bytes, and the bytes behind it. Fails with `malformed`, or with
 * `unsupported` for another algorithm than ES256, EdDSA and RS256.
 */
export const parseCoseKey = (
  untrusted: Bytes,
): { readonly key: PasskeyPublicKey; readonly rest: Bytes } => {
  const [fields, rest] = decode(untrusted)
  if (!(fields instanceof Map)) return fail('malformed', 'a COSE key is a map')
  const names = [fields.get(label.keyType), fields.get(label.algorithm)]
  if (names[0] !== 3) names.push(fields.get(label.curve))
  const kind = kinds[names.join(' ')]
  if (kind === undefined) return fail('unsupported', 'the algorithm of the passkey is not known')
  const publicKey = toBase64Url(kind.read(fields))
  return { key: { algorithm: kind.algorithm, publicKey }, rest }
}
