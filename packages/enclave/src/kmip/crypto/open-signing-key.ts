/** The private key of a general object, opened to sign. */
import { failWith } from '../failure.ts'
import { readPrivate } from '../objects/asymmetric-keys.ts'
import { keyBlockOf } from '../objects/key-values.ts'
import type { Scope } from '../scope.ts'
import type { KmipObject } from '../workspace.ts'
import { schemeOf } from './asymmetric.ts'
import { chainKindOf, openChainKey } from './chain-curves.ts'
import type { SigningKey } from './signing-keys.ts'

/** Of a curve that chains do not use, or RSA or DSA: the runtime's key object. */
const openGeneralKey = (scope: Scope, pkcs8: Uint8Array): SigningKey => {
  const signer = scope.crypto.openSigner(pkcs8)
  return {
    sign: (_scope, parameters, given) =>
      given.digest === undefined
        ? signer.sign(schemeOf(signer.facts, parameters), given.data)
        : failWith('FeatureNotSupported', 'of this key digests are not signed, only data'),
    [Symbol.dispose]: () => undefined,
  }
}

const open = async (scope: Scope, object: KmipObject): Promise<SigningKey> => {
  const value = await scope.work.payload(object)
  const block = keyBlockOf(value)
  if (value.type !== 'PrivateKey' || block === undefined) {
    return failWith('InvalidField', 'the object does not sign')
  }
  const pkcs8 = readPrivate(scope.crypto, block)
  try {
    const kind = chainKindOf(scope.crypto.privateKeyFacts(pkcs8))
    return kind === undefined || scope.chains === undefined
      ? openGeneralKey(scope, pkcs8)
      : openChainKey(scope.chains, pkcs8, kind)
  } finally {
    pkcs8.fill(0)
  }
}

/**
 * Uses the opened key of an object that `usableKey` has allowed. Nothing waits between finding the
 * key and its use: another request may destroy the object, or take the key's place.
 */
export const withSigningKey = async <Value>(
  scope: Scope,
  object: KmipObject,
  use: (key: SigningKey) => Value,
): Promise<Value> => {
  const { signingKeys, nowMs } = scope
  const kept = signingKeys.get(object.id, nowMs)
  if (kept !== undefined) return use(kept)
  const opened = await open(scope, object)
  const meanwhile = signingKeys.get(object.id, nowMs)
  if (meanwhile === undefined) signingKeys.put(object.id, opened, nowMs)
  else opened[Symbol.dispose]()
  return use(meanwhile ?? opened)
}
