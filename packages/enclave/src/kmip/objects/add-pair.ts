/** Stores both halves of a key pair, each with a link to the other (KMIP 2.1 §4.31). */
import type { ManagedObject } from '@holdfast/kmip'
import { addObject, type Scope } from '../scope.ts'
import type { KmipObject } from '../workspace.ts'
import type { Attributes } from './attributes.ts'
import { withLink } from './links.ts'

type Half = { readonly value: ManagedObject; readonly attributes: Attributes }

export const addPair = async (
  scope: Scope,
  pair: { readonly privateKey: Half; readonly publicKey: Half },
): Promise<{ readonly privateKey: KmipObject; readonly publicKey: KmipObject }> => {
  const publicKey = addObject(scope, pair.publicKey.value, pair.publicKey.attributes)
  const privateKey = addObject(
    scope,
    pair.privateKey.value,
    withLink(pair.privateKey.attributes, 'PublicKeyLink', publicKey.identifier),
  )
  const linked = withLink(publicKey.attributes, 'PrivateKeyLink', privateKey.identifier)
  return { privateKey, publicKey: await scope.work.update(publicKey, linked) }
}
