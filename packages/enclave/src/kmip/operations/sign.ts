/** Sign (KMIP 2.1 §6.1.55), in one part or streamed. */
import type { Bytes } from '@holdfast/base/bytes'
import { schemeOf } from '../crypto/asymmetric.ts'
import { signSecp256k1 } from '../crypto/chain-curves.ts'
import type { Given } from '../crypto/raw-use.ts'
import { streamed } from '../crypto/stream.ts'
import type { Parameters } from '../crypto/symmetric.ts'
import { parametersOf, usableKey } from '../crypto/usable-key.ts'
import { failWith } from '../failure.ts'
import { readPrivate } from '../objects/asymmetric-keys.ts'
import { keyBlockOf } from '../objects/key-values.ts'
import { spendUse } from '../objects/usage-limits.ts'
import { handler, type Scope } from '../scope.ts'
import { signByWallet } from '../wallet-keys/sign-by-wallet.ts'

const signGeneral = (scope: Scope, key: Bytes, parameters: Parameters, given: Given): Bytes => {
  const facts = scope.crypto.privateKeyFacts(key)
  if (facts.curve === 'secp256k1' && scope.chains !== undefined) {
    return signSecp256k1(scope, scope.chains, key, parameters, given)
  }
  return given.digest === undefined
    ? scope.crypto.sign(key, schemeOf(facts, parameters), given.data)
    : failWith('FeatureNotSupported', 'of this key digests are not signed, only data')
}

export const sign = handler('Sign', async (scope, request) => {
  const use = { bit: 'Sign', protects: true } as const
  const object = await usableKey(scope, request.uniqueIdentifier, use)
  const uniqueIdentifier = object.identifier
  if (object.walletKey !== undefined) {
    const signatureData = await signByWallet(scope, object.walletKey, request)
    scope.batch.madeData('SignSignatureData', signatureData)
    return { uniqueIdentifier, signatureData }
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
  const given = { data: part.data, digest: part.first.digestedData }
  const signatureData = signGeneral(scope, key, parameters, given)
  scope.batch.madeData('SignSignatureData', signatureData)
  return { uniqueIdentifier, signatureData }
})
