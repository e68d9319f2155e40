/** Sign (KMIP 2.1 §6.1.55), in one part or streamed. */
import { schemeOf } from '../crypto/asymmetric.ts'
import { streamed } from '../crypto/stream.ts'
import { parametersOf, usableKey } from '../crypto/usable-key.ts'
import { failWith } from '../failure.ts'
import { readPrivate } from '../objects/asymmetric-keys.ts'
import { keyBlockOf } from '../objects/key-values.ts'
import { spendUse } from '../objects/usage-limits.ts'
import { handler } from '../scope.ts'
import { signByWallet } from '../wallet-keys/sign-by-wallet.ts'

export const sign = handler('Sign', async (scope, request) => {
  const use = { bit: 'Sign', protects: true } as const
  const object = await usableKey(scope, request.uniqueIdentifier, use)
  const uniqueIdentifier = object.identifier
  if (object.walletKey !== undefined) {
    const signatureData = await signByWallet(scope, object.walletKey, request)
    scope.batch.madeData('SignSignatureData', signatureData)
    return { uniqueIdentifier, signatureData }
  }
  if (request.digestedData !== undefined) {
    return failWith('FeatureNotSupported', 'digests are not signed, only data')
  }
  const part = streamed(scope, request, request)
  if (part.correlationValue !== undefined) {
    return { uniqueIdentifier, correlationValue: part.correlationValue }
  }
  const value = await scope.work.payload(object)
  const block = keyBlockOf(value)
  if (value.type !== 'PrivateKey' || block === undefined) {
    return failWith('InvalidField', 'the object does not sign')
  }
  await spendUse(scope, object, part.data.length)
  const key = readPrivate(scope.crypto, block)
  const parameters = parametersOf(object, part.first.cryptographicParameters)
  const scheme = schemeOf(scope.crypto.privateKeyFacts(key), parameters)
  const signatureData = scope.crypto.sign(key, scheme, part.data)
  scope.batch.madeData('SignSignatureData', signatureData)
  return { uniqueIdentifier, signatureData }
})
