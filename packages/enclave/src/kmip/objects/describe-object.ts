/** Attributes that a new object has: what was asked, and what the server sets of itself. */
import {
  type Attribute,
  type AttributeName,
  type ManagedObject,
  maskOf,
  type RequestedAttribute,
} from '@holdfast/kmip'
import { failWith } from '../failure.ts'
import type { Scope } from '../scope.ts'
import { withDefaults } from '../tenant-settings.ts'
import {
  type Attributes,
  hasValue,
  repeats,
  valueOf,
  valuesOf,
  withAdded,
  withOnly,
  withValues,
} from './attributes.ts'
import { certificateAttributes } from './describe-certificate.ts'
import { digestInputOf, keyBlockOf } from './key-values.ts'
import { currentAttributes } from './lifecycle.ts'

/** Attributes that only the server sets. */
const serverSet: ReadonlySet<string> = new Set<AttributeName>([
  'UniqueIdentifier',
  'ShortUniqueIdentifier',
  'ObjectType',
  'State',
  'InitialDate',
  'LastChangeDate',
  'DestroyDate',
  'CompromiseDate',
  'ArchiveDate',
  'Digest',
  'LeaseTime',
  'AlwaysSensitive',
  'NeverExtractable',
])

export const isServerSet = (one: Attribute): boolean => serverSet.has(one.name)

/** Objects that have a state. */
const hasState = ({ type }: ManagedObject): boolean => type !== 'Template'

/** What an index is asked by for objects of a name; the type of the name does not matter. */
const named = (nameValue: string): Attributes => [
  { name: 'Name', value: { nameValue, nameType: 'UninterpretedTextString' } },
]

const templateNamed = async (scope: Scope, name: string): Promise<Attributes> => {
  for (const object of await scope.work.list(named(name))) {
    if (object.destroyed || valueOf(object.attributes, 'ObjectType') !== 'Template') continue
    if (!valuesOf(object.attributes, 'Name').some(({ nameValue }) => nameValue === name)) continue
    const value = await scope.work.payload(object)
    return value.type === 'Template' ? (value.value.attributes ?? []) : []
  }
  return failWith('ItemNotFound', 'there is no template of this name')
}

/** The attributes of a request, with those of the templates that it names (KMIP 1.4 §2.2.6). */
export const requestedAttributes = async (
  scope: Scope,
  ...lists: readonly (readonly RequestedAttribute[] | undefined)[]
): Promise<Attributes> => {
  let attributes: Attributes = []
  const own: Attribute[] = []
  for (const one of lists.flatMap((list) => list ?? [])) {
    if (one.name !== 'Template') own.push(one)
    else {
      for (const from of await templateNamed(scope, one.value.nameValue)) {
        attributes = repeats(from) ? withAdded(attributes, from) : withOnly(attributes, from)
      }
    }
  }
  for (const one of own) {
    if (isServerSet(one)) failWith('AttributeReadOnly', 'only the server sets this attribute')
    attributes = repeats(one) ? withAdded(attributes, one) : withOnly(attributes, one)
  }
  return attributes
}

/** With the tenant's defaults of what is not asked for (KMIP 2.1 §6.1.53). */
export const defaulted = (scope: Scope, type: string, requested: Attributes): Attributes =>
  scope.settings === undefined ? requested : withDefaults(scope.settings, type, requested)

/** Refuses names that another living object of the tenant has (KMIP 2.1 §4.32). */
export const checkNames = async (
  scope: Scope,
  attributes: Attributes,
  self?: string,
): Promise<void> => {
  const names = new Set(valuesOf(attributes, 'Name').map(({ nameValue }) => nameValue))
  for (const name of names) {
    for (const object of await scope.work.list(named(name))) {
      if (object.destroyed || object.identifier === self) continue
      if (valuesOf(object.attributes, 'Name').some(({ nameValue }) => nameValue === name)) {
        failWith('NonUniqueNameAttribute', 'another object has this name')
      }
    }
  }
}

const digestOf = (scope: Scope, value: ManagedObject): Attributes => {
  const input = digestInputOf(value)
  if (input === undefined) return []
  const keyFormatType = keyBlockOf(value)?.keyFormatType
  const digest = {
    hashingAlgorithm: 'SHA_256',
    digestValue: scope.crypto.hash('sha256', input),
    ...(keyFormatType === undefined ? {} : { keyFormatType }),
  } as const
  return [{ name: 'Digest', value: digest }]
}

const ofBlock = (attributes: Attributes, value: ManagedObject): Attributes => {
  const block = keyBlockOf(value)
  if (block === undefined) return attributes
  const { cryptographicAlgorithm, cryptographicLength, keyFormatType } = block
  return withValues(attributes, {
    ...(hasValue(attributes, 'CryptographicAlgorithm')
      ? {}
      : { CryptographicAlgorithm: cryptographicAlgorithm }),
    ...(hasValue(attributes, 'CryptographicLength')
      ? {}
      : { CryptographicLength: cryptographicLength }),
    KeyFormatType: keyFormatType,
    KeyValuePresent: block.keyValue === undefined ? false : undefined,
  })
}

const ofSecrecy = (attributes: Attributes): Attributes => {
  const sensitive = valueOf(attributes, 'Sensitive') ?? false
  const extractable = valueOf(attributes, 'Extractable') ?? true
  return withValues(attributes, {
    Sensitive: sensitive,
    AlwaysSensitive: sensitive,
    Extractable: extractable,
    NeverExtractable: !extractable,
  })
}

const isKey = ({ type }: ManagedObject): boolean =>
  ['SymmetricKey', 'PrivateKey', 'PublicKey', 'SecretData', 'SplitKey', 'PGPKey'].includes(type)

/** All attributes of a new object; its identifier is given when it is stored. */
export const describeObject = (
  scope: Scope,
  value: ManagedObject,
  requested: Attributes,
  options: { readonly generated: boolean },
): Attributes => {
  const { now } = scope
  const limits = valueOf(requested, 'UsageLimits')
  let attributes = withValues(ofBlock(requested, value), {
    ObjectType: value.type,
    InitialDate: now,
    LastChangeDate: now,
    LeaseTime: scope.facts.leaseSeconds,
    Fresh: valueOf(requested, 'Fresh') ?? true,
    ...(hasState(value) ? { State: 'PreActive' } : {}),
    ...(limits === undefined
      ? {}
      : { UsageLimits: { ...limits, usageLimitsCount: limits.usageLimitsTotal } }),
    ...(options.generated
      ? { OriginalCreationDate: now, RandomNumberGenerator: scope.facts.randomNumberGenerator }
      : {}),
    ProtectionStorageMask:
      valueOf(requested, 'ProtectionStorageMask') ?? maskOf('ProtectionStorageMask', 'Software'),
  })
  attributes = [...attributes, ...digestOf(scope, value)]
  if (isKey(value)) attributes = ofSecrecy(attributes)
  if (value.type === 'Certificate') {
    attributes = certificateAttributes(scope.crypto, value.value, attributes)
  }
  return currentAttributes(attributes, now)
}
