/**
 * PKCS#8 (RFC 5208, 5958) of one key: secp256k1 and P-256 with RFC 5915 inside, Ed25519 with
 * RFC 8410. The reader gives views of the locked input; nothing is copied but the key.
 */
import type { Bytes } from '@holdfast/base/bytes'
import { equalBytes } from '@holdfast/base/bytes'
import {
  contextTag,
  type DerElement,
  derTag,
  expectTag,
  readBitString,
  readElements,
  readInteger,
  readOid,
  readOnly,
  readSequence,
} from '@holdfast/base/der'
import { accept, attempt, fail, refuse } from '@holdfast/base/errors'
import type { Crypto } from '../../ports/crypto.ts'
import { pkcs8BytesMax } from '../limits.ts'
import type { ReadSecret } from './read-secret.ts'
import { type SingleKind, singleKey } from './single-key.ts'

const ecPublicKey = '1.2.840.10045.2.1'
const ed25519Oid = '1.3.101.112'
const curves: Readonly<Record<string, SingleKind>> = {
  '1.3.132.0.10': 'secp256k1',
  '1.2.840.10045.3.1.7': 'p256',
}

type Found = { readonly kind: SingleKind; readonly key: Bytes; readonly publicKey?: Bytes }

const curveOf = (element: DerElement | undefined): SingleKind =>
  curves[readOid(element)] ?? fail('unsupported', 'the key is on a curve that is not known')

/** RFC 5915 ECPrivateKey; its parameters, where they stand, name the same curve. */
const readEc = (octets: Bytes, kind: SingleKind): Found => {
  const [version, key, ...rest] = readSequence(readOnly(octets, derTag.sequence))
  if (readInteger(version) !== 1n) fail('malformed', 'an EC private key has version 1')
  let publicKey: Bytes | undefined
  let last = -1
  for (const element of rest) {
    // [0] before [1], each once.
    if (element.tag <= last) fail('malformed', 'an EC private key has fields out of order')
    last = element.tag
    const [inner, ...more] = readElements(element.content)
    if (more.length > 0) fail('malformed', 'an EC private key has a field too many')
    if (element.tag === contextTag(0, true)) {
      if (curveOf(inner) !== kind) fail('wrong_curve', 'the file names two curves')
    } else if (element.tag === contextTag(1, true)) {
      publicKey = readBitString(inner)
    } else fail('malformed', 'an EC private key has a field that is not known')
  }
  const { content } = expectTag(key, derTag.octetString)
  return { kind, key: content, ...(publicKey === undefined ? {} : { publicKey }) }
}

/** RFC 8410 §7: an OCTET STRING in the OCTET STRING. */
const readEd25519 = (octets: Bytes): Found => ({
  kind: 'ed25519',
  key: readOnly(octets, derTag.octetString).content,
})

const read = (untrusted: Bytes): Found => {
  const [version, algorithm, octets, ...rest] = readSequence(readOnly(untrusted, derTag.sequence))
  // 0 in RFC 5208; 1 where RFC 5958 adds the public key.
  if (readInteger(version) > 1n) fail('malformed', 'PKCS#8 has version 0 or 1')
  const [oid, parameters, ...more] = readSequence(algorithm)
  if (more.length > 0) fail('malformed', 'an algorithm has a field too many')
  const { content } = expectTag(octets, derTag.octetString)
  const name = readOid(oid)
  // Attributes [0] mean nothing here; the public key [1] is IMPLICIT BIT STRING.
  const outer = rest.find(({ tag }) => tag === contextTag(1, false))?.content.subarray(1)
  if (name === ed25519Oid) {
    if (parameters !== undefined) fail('malformed', 'Ed25519 has no parameters (RFC 8410 §3)')
    return { ...readEd25519(content), ...(outer === undefined ? {} : { publicKey: outer }) }
  }
  if (name !== ecPublicKey) return fail('unsupported', 'the key is of an algorithm not known')
  return readEc(content, curveOf(parameters))
}

/** The public key in the file must be of the private key: else the file is broken or a trap. */
const checkPublicKey = (found: Found, crypto: Crypto): boolean => {
  const { kind, key, publicKey } = found
  if (publicKey === undefined) return true
  if (kind === 'ed25519') return equalBytes(crypto.ed25519.publicKey(key), publicKey)
  const compressed = crypto[kind].parsePublicKey(publicKey)
  return compressed !== undefined && equalBytes(crypto[kind].publicKey(key), compressed)
}

export const readPkcs8: ReadSecret = (kind, untrusted, crypto) => {
  if (untrusted.length > pkcs8BytesMax) return refuse('bad_key', 'PKCS#8 is too long for one key')
  if (kind === 'bip39') return refuse('wrong_curve', 'PKCS#8 holds no seed phrase', 'kind')
  const found = attempt(() => read(untrusted))
  if (!found.ok) return found
  if (found.value.kind !== kind) return refuse('wrong_curve', 'the key is on another curve')
  const secret = singleKey(kind, found.value.key, crypto)
  if (!secret.ok) return secret
  if (!checkPublicKey(found.value, crypto)) {
    secret.value[Symbol.dispose]()
    return refuse('bad_checksum', 'the public key in the file is of another key')
  }
  return accept(secret.value)
}
