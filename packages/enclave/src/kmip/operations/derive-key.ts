/** Derive Key (KMIP 2.1 §6.1.14): a key or secret data out of a stored one. */
import type { ManagedObject, RequestPayload } from '@holdfast/kmip'
import { deriveBip32Key } from '../crypto/bip32-key.ts'
import { deriveBytes } from '../crypto/derive.ts'
import { usableKey } from '../crypto/usable-key.ts'
import { extensionValues } from '../extensions.ts'
import { failWith } from '../failure.ts'
import { type Attributes, valueOf } from '../objects/attributes.ts'
import {
  checkNames,
  defaulted,
  describeObject,
  requestedAttributes,
} from '../objects/describe-object.ts'
import { withLink } from '../objects/links.ts'
import { addObject, change, handler, type Scope } from '../scope.ts'
import type { KmipObject } from '../workspace.ts'

const derivedObject = async (
  scope: Scope,
  bases: readonly [KmipObject, ...KmipObject[]],
  request: RequestPayload<'DeriveKey'>,
  requested: Attributes,
): Promise<ManagedObject> => {
  const { objectType, derivationMethod, derivationParameters } = request
  if (derivationMethod === extensionValues.derivations.bip32) {
    if (objectType !== 'PrivateKey') failWith('InvalidObjectType', 'private keys are derived so')
    const seed = await scope.work.payload(bases[0])
    return deriveBip32Key(scope, seed, derivationParameters.derivationData)
  }
  const bits = valueOf(requested, 'CryptographicLength')
  if (bits === undefined || bits <= 0 || bits % 8 !== 0 || bits > 65_536) {
    return failWith('InvalidField', 'the length of the key is missing or impossible')
  }
  const keyMaterial = await deriveBytes(scope, bases, request, bits / 8)
  const keyBlock = {
    keyFormatType: 'Raw',
    keyValue: { keyMaterial },
    cryptographicAlgorithm: valueOf(requested, 'CryptographicAlgorithm'),
    cryptographicLength: bits,
  } as const
  if (objectType !== 'SymmetricKey' && objectType !== 'SecretData') {
    return failWith('InvalidObjectType', 'symmetric keys and secret data are derived')
  }
  return objectType === 'SymmetricKey'
    ? { type: 'SymmetricKey', value: { keyBlock } }
    : { type: 'SecretData', value: { secretDataType: 'Seed', keyBlock } }
}

export const deriveKey = handler('DeriveKey', async (scope, request) => {
  const use = { bit: 'DeriveKey', protects: true } as const
  const bases = []
  for (const one of request.uniqueIdentifiers) bases.push(await usableKey(scope, one, use))
  const [base, ...others] = bases
  if (base === undefined) return failWith('InvalidMessage', 'the base of the key is missing')
  const asked = await requestedAttributes(scope, request.attributes)
  const requested = defaulted(scope, String(request.objectType), asked)
  await checkNames(scope, requested)
  const value = await derivedObject(scope, [base, ...others], request, requested)
  const described = describeObject(scope, value, requested, { generated: false })
  const linked = withLink(described, 'DerivationBaseObjectLink', base.identifier)
  const made = addObject(scope, value, linked)
  await change(scope, base, withLink(base.attributes, 'DerivedKeyLink', made.identifier))
  scope.batch.made('DeriveKey', made.identifier)
  return { uniqueIdentifier: made.identifier }
})
