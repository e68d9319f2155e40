/** Bitcoin's wallet import format: Base58Check of a prefix, the key and the compressed flag. */
import type { Bytes } from '@holdfast/base/bytes'
import { equalBytes } from '@holdfast/base/bytes'
import { bitcoinNetworks } from '@holdfast/base/chain'
import { type Result, refuse } from '@holdfast/base/errors'
import type { Secret } from '@holdfast/base/secret'
import type { Crypto } from '../../ports/crypto.ts'
import { base58Into } from './base58.ts'
import type { ReadSecret } from './read-secret.ts'
import { singleKey } from './single-key.ts'

const prefixes: readonly number[] = Object.values(bitcoinNetworks).map(({ wif }) => wif)
const compressedFlag = 1
/** Prefix, key, flag and checksum; without the flag one byte and one digit less. */
const compressed = { characters: 52, bytes: 38 } as const
const uncompressed = { characters: 51, bytes: 37 } as const

/** Between them the lengths of both forms, whatever the key: their prefixes are not zero. */
const formOf = (text: Bytes): typeof compressed | typeof uncompressed | undefined =>
  [compressed, uncompressed].find(({ characters }) => characters === text.length)

const read = (decoded: Bytes, crypto: Crypto): Result<Secret> => {
  const payload = decoded.subarray(0, -4)
  const once = crypto.sha256(payload)
  const right = equalBytes(crypto.sha256(once).subarray(0, 4), decoded.subarray(-4))
  once.fill(0)
  if (!right) return refuse('bad_checksum', 'the checksum of the key is wrong')
  if (!prefixes.includes(payload[0] as number)) {
    return refuse('unsupported', 'the key is of a network that is not known')
  }
  if (decoded.length === uncompressed.bytes) {
    // Its address is of the uncompressed public key, which no account here has.
    return refuse('unsupported', 'the key is marked uncompressed: its address would be another')
  }
  if (payload[33] !== compressedFlag) return refuse('bad_key', 'not a wallet import format')
  return singleKey('secp256k1', payload.subarray(1, 33), crypto)
}

export const readWif: ReadSecret = (kind, untrusted, crypto) => {
  if (kind !== 'secp256k1') {
    return refuse('wrong_curve', 'the wallet import format is of secp256k1', 'kind')
  }
  const form = formOf(untrusted)
  if (form === undefined) return refuse('bad_key', 'not a wallet import format')
  using decoded = crypto.secret(form.bytes)
  return decoded.use((bytes) =>
    base58Into(untrusted, bytes)
      ? read(bytes, crypto)
      : refuse('bad_key', 'not a wallet import format'),
  )
}
