/** Signatures on secp256k1 by general keys, as chains want them: RFC 6979, low S, BIP-340. */
import { type Bytes, concat, fromBase64Url } from '@holdfast/base/bytes'
import { toDer } from '../../crypto/ecdsa-der.ts'
import type { Crypto } from '../../ports/crypto.ts'
import { extensionValues } from '../extensions.ts'
import { failWith } from '../failure.ts'
import type { Scope } from '../scope.ts'
import { type Given, rawUse } from './raw-use.ts'
import type { Parameters } from './symmetric.ts'

/** What the library of general cryptography does not have. */
export type ChainCrypto = Pick<Crypto, 'secp256k1' | 'keccak256'>

const scalarOf = (scope: Scope, privateKey: Bytes): Bytes => {
  const scalar = fromBase64Url(scope.crypto.privateKeyNumbers(privateKey)['d'] ?? '')
  return concat(new Uint8Array(32 - scalar.length), scalar)
}

/** The key is PKCS#8; ECDSA answers DER, or r ‖ s ‖ recovery id, BIP-340 64 bytes. */
export const signSecp256k1 = (
  scope: Scope,
  chains: ChainCrypto,
  key: Bytes,
  parameters: Parameters,
  given: Given,
): Bytes => {
  const { algorithm, data, hash } = rawUse(scope, 'secp256k1', parameters, given)
  const digest = hash === undefined ? data : chains[hash](data)
  if (digest.length !== 32) failWith('InvalidField', 'what is signed is not 32 bytes')
  const privateKey = scalarOf(scope, key)
  try {
    if (algorithm === 'bip340') {
      const auxiliary = scope.entropy.bytes(32)
      return chains.secp256k1.signSchnorr({ digest, privateKey, auxiliary })
    }
    const { signature, recovery } = chains.secp256k1.sign({ digest, privateKey })
    return parameters.digitalSignatureAlgorithm === extensionValues.signatures.recoverableEcdsa
      ? concat(signature, Uint8Array.of(recovery))
      : toDer(signature)
  } finally {
    privateKey.fill(0)
  }
}
