/** Makes a key or secret out of others (KMIP 2.1 §6.1.14). */
import { impliedAttributes, requestedAttributes } from '../attributes/lists.ts'
import { bytes, enumeration, integer } from '../schema/primitives.ts'
import { optional, required, some, structure } from '../schema/structure.ts'
import { cryptographicParameters } from '../structures/cryptographic-parameters.ts'
import { objectReference } from '../structures/references.ts'
import { theObject } from './fields.ts'
import { operation } from './operation.ts'

/** KMIP 2.1 §7.12. */
const derivationParameters = structure({
  cryptographicParameters: optional('CryptographicParameters', cryptographicParameters),
  initializationVector: optional('InitializationVector', bytes),
  derivationData: optional('DerivationData', bytes),
  salt: optional('Salt', bytes),
  iterationCount: optional('IterationCount', integer),
})

export const deriveKey = operation(
  'DeriveKey',
  { since: '1.0' },
  {
    objectType: required('ObjectType', enumeration('ObjectType')),
    uniqueIdentifiers: some('UniqueIdentifier', objectReference),
    derivationMethod: required('DerivationMethod', enumeration('DerivationMethod')),
    derivationParameters: required('DerivationParameters', derivationParameters),
    attributes: requestedAttributes,
  },
  {
    uniqueIdentifier: theObject,
    attributes: impliedAttributes(),
  },
)
