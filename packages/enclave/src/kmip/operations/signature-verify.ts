/** Signature Verify (KMIP 2.1 §6.1.56), in one part or streamed. */
import type { Bytes } from '@holdfast/base/bytes'
import { schemeOf } from '../crypto/asymmetric.ts'
import { verifyOnSecp256k1 } from '../crypto/chain-curves.ts'
import type { Given } from '../crypto/raw-use.ts'
import { streamed } from '../crypto/stream.ts'
import type { Parameters } from '../crypto/symmetric.ts'
import { parametersOf, usableKey } from '../crypto/usable-key.ts'
import { failWith } from '../failure.ts'
import { readPublic } from '../objects/asymmetric-keys.ts'
import { handler, type Scope } from '../scope.ts'

const isGood = (
  scope: Scope,
  key: Bytes,
  asked: { readonly parameters: Parameters; readonly given: Given; readonly signature: Bytes },
): boolean => {
  const facts = scope.crypto.publicKeyFacts(key)
  if (scope.chains !== undefined && facts.curve === 'secp256k1') {
    return verifyOnSecp256k1(scope, scope.chains, key, asked)
  }
  if (asked.given.digest !== undefined) {
    return failWith('FeatureNotSupported', 'of this key signatures of digests are not verified')
  }
  const scheme = schemeOf(facts, asked.parameters)
  return scope.crypto.verify(key, scheme, asked.given.data, asked.signature)
}

export const signatureVerify = handler('SignatureVerify', async (scope, request) => {
  const use = { bit: 'Verify', protects: false } as const
  const object = await usableKey(scope, request.uniqueIdentifier, use)
  const uniqueIdentifier = object.identifier
  const part = streamed(scope, request, request)
  if (part.correlationValue !== undefined) {
    return { uniqueIdentifier, correlationValue: part.correlationValue }
  }
  const signature = request.signatureData ?? part.first.signatureData
  if (signature === undefined) return failWith('InvalidMessage', 'the signature is missing')
  const key = readPublic(scope.crypto, await scope.work.payload(object))
  const parameters = parametersOf(object, part.first.cryptographicParameters)
  const digest = request.digestedData ?? part.first.digestedData
  const isValid = isGood(scope, key, { parameters, given: { data: part.data, digest }, signature })
  return { uniqueIdentifier, validityIndicator: isValid ? 'Valid' : 'Invalid' }
})
