/** Members of object groups (KMIP 1.4 §3.33, §3.34): fresh ones, and the default one in turn. */
import type { Attribute, RequestPayload } from '@holdfast/kmip'
import { addObject, type Scope } from '../scope.ts'
import type { KmipObject } from '../workspace.ts'
import { valueOf } from './attributes.ts'
import { describeObject } from './describe-object.ts'
import { symmetricKeyOf } from './generate-keys.ts'

type Member = RequestPayload<'Locate'>['objectGroupMember']

/** The group that has fresh keys whenever one is asked for. */
const defaultGroup = 'default'

const freshKey = (scope: Scope): KmipObject => {
  const requested: readonly Attribute[] = [
    { name: 'CryptographicAlgorithm', value: 'AES' },
    { name: 'CryptographicLength', value: 256 },
    // Encrypt and Decrypt.
    { name: 'CryptographicUsageMask', value: 12 },
    { name: 'ObjectGroup', value: defaultGroup },
  ]
  const value = symmetricKeyOf(scope, requested)
  return addObject(scope, value, describeObject(scope, value, requested, { generated: true }))
}

/** The objects of a search, oldest first, as a group gives them out. */
export const membersOf = (
  scope: Scope,
  found: readonly KmipObject[],
  wanted: readonly Attribute[],
  member: Member,
): readonly KmipObject[] => {
  if (member === 'GroupMemberFresh') {
    const fresh = found.filter(({ attributes }) => valueOf(attributes, 'Fresh') === true)
    const isDefault = wanted.length === 1 && valueOf(wanted, 'ObjectGroup') === defaultGroup
    return fresh.length === 0 && isDefault ? [freshKey(scope)] : fresh
  }
  const turns = found.map((object) => ({ object, turn: scope.memory.turnOf(object.id) }))
  return turns.toSorted((left, right) => left.turn - right.turn).map(({ object }) => object)
}
