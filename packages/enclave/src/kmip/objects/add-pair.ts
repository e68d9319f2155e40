/** Makes a key pair and stores both halves, each with a link to the other (KMIP 2.1 §4.31). */
import { addObject, type Scope } from '../scope.ts'
import type { KmipObject } from '../workspace.ts'
import type { Attributes } from './attributes.ts'
import { describeObject } from './describe-object.ts'
import { keyPairOf } from './generate-keys.ts'
import { withLink } from './links.ts'

export type Pair = { readonly privateKey: KmipObject; readonly publicKey: KmipObject }

export const addPair = async (
  scope: Scope,
  attributes: { readonly ofPrivate: Attributes; readonly ofPublic: Attributes },
): Promise<Pair> => {
  const { ofPrivate, ofPublic } = attributes
  const pair = keyPairOf(scope, [...ofPrivate, ...ofPublic])
  const generated = { generated: true }
  const describedPrivate = describeObject(scope, pair.privateKey, ofPrivate, generated)
  const describedPublic = describeObject(scope, pair.publicKey, ofPublic, generated)
  const publicKey = addObject(scope, pair.publicKey, describedPublic)
  const privateKey = addObject(
    scope,
    pair.privateKey,
    withLink(describedPrivate, 'PublicKeyLink', publicKey.identifier),
  )
  const linked = withLink(publicKey.attributes, 'PrivateKeyLink', privateKey.identifier)
  return { privateKey, publicKey: await scope.work.update(publicKey, linked) }
}

/** What the operation answers, and what later items of its batch may name. */
export const answerPair = (
  scope: Scope,
  operation: 'CreateKeyPair' | 'ReKeyKeyPair',
  { privateKey, publicKey }: Pair,
): {
  readonly privateKeyUniqueIdentifier: string
  readonly publicKeyUniqueIdentifier: string
} => {
  scope.batch.made(`${operation}PublicKey`, publicKey.identifier)
  scope.batch.made(`${operation}PrivateKey`, privateKey.identifier)
  scope.batch.made(operation, privateKey.identifier)
  return {
    privateKeyUniqueIdentifier: privateKey.identifier,
    publicKeyUniqueIdentifier: publicKey.identifier,
  }
}
