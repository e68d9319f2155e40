/** Signature Verify (KMIP 2.1 §6.1.56), in one part or streamed. */
import { schemeOf } from '../crypto/asymmetric.ts'
import { streamed } from '../crypto/stream.ts'
import { parametersOf, usableKey } from '../crypto/usable-key.ts'
import { failWith } from '../failure.ts'
import { readPublic } from '../objects/asymmetric-keys.ts'
import { handler } from '../scope.ts'

export const signatureVerify = handler('SignatureVerify', async (scope, request) => {
  const use = { bit: 'Verify', protects: false } as const
  const object = await usableKey(scope, request.uniqueIdentifier, use)
  const uniqueIdentifier = object.identifier
  if (request.digestedData !== undefined) {
    return failWith('FeatureNotSupported', 'signatures of digests are not verified')
  }
  const part = streamed(scope, request, request)
  if (part.correlationValue !== undefined) {
    return { uniqueIdentifier, correlationValue: part.correlationValue }
  }
  const signature = request.signatureData ?? part.first.signatureData
  if (signature === undefined) return failWith('InvalidMessage', 'the signature is missing')
  const key = readPublic(scope.crypto, await scope.work.payload(object))
  const parameters = parametersOf(object, part.first.cryptographicParameters)
  const scheme = schemeOf(scope.crypto.publicKeyFacts(key), parameters)
  const isValid = scope.crypto.verify(key, scheme, part.data, signature)
  return { uniqueIdentifier, validityIndicator: isValid ? 'Valid' : 'Invalid' }
})
