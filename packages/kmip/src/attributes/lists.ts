/**
 * Fields that carry attributes. Each is one field for all versions: TemplateAttribute, repeated
 * Attribute or AttributeName in 1.x; Attributes, NewAttribute or AttributeReference in 2.x.
 */
import { fail } from '@holdfast/base/errors'
import type { Item } from '../item.ts'
import { repetitionsMax } from '../limits.ts'
import { tagNumber } from '../names.ts'
import {
  alwaysByVersion,
  byVersion,
  type Field,
  many,
  optional,
  required,
} from '../schema/structure.ts'
import { expectType, subjectOf, type Type, type ValueOf } from '../schema/type.ts'
import { name } from '../structures/names.ts'
import {
  type Attribute,
  type AttributeReference,
  attributeLabel,
  labelledAttribute,
  readTagged,
  taggedReference,
  writeTagged,
} from './attribute.ts'

const until14 = { until: '1.4' } as const
const from20 = { since: '2.0' } as const

/** The name of a template whose attributes a 1.x request takes over (KMIP 1.2 §2.1.8). */
export type TemplateName = { readonly name: 'Template'; readonly value: ValueOf<typeof name> }

/** What may stand in the attributes of a request: attributes, and in 1.x names of templates. */
export type RequestedAttribute = Attribute | TemplateName

const checkCount = (items: readonly Item[], tag: number): void => {
  if (items.length > repetitionsMax) fail('too_large', 'too many attributes', subjectOf(tag))
}

const nameTag = tagNumber('Name')
const attributeTag = tagNumber('Attribute')

/** TemplateAttribute and its three kin of 1.x. */
export const templateAttribute: Type<readonly RequestedAttribute[]> = {
  read: (item, version) => {
    const { value, tag } = expectType(item, 'Structure')
    checkCount(value, tag)
    return value.map((child) => {
      if (child.tag === nameTag) return { name: 'Template', value: name.read(child, version) }
      return child.tag === attributeTag
        ? labelledAttribute.read(child, version)
        : fail('unknown_tag', `no field of ${subjectOf(tag)}`, subjectOf(child.tag))
    })
  },
  write: (tag, value, version) => ({
    tag,
    type: 'Structure',
    value: value.map((one) =>
      one.name === 'Template'
        ? name.write(nameTag, one.value, version)
        : labelledAttribute.write(attributeTag, one, version),
    ),
  }),
}

/** Attributes and its three kin of 2.x (KMIP 2.1 §5.1 to §5.4). */
export const taggedAttributes: Type<readonly Attribute[]> = {
  read: (item, version) => {
    const { value, tag } = expectType(item, 'Structure')
    checkCount(value, tag)
    return value.map((child) => readTagged(child, version))
  },
  write: (tag, value, version) => ({
    tag,
    type: 'Structure',
    value: value.map((one) => writeTagged(one, version)),
  }),
}

const taggedRequested: Type<readonly RequestedAttribute[]> = {
  read: taggedAttributes.read,
  write: (tag, value, version) => {
    if (value.some((one) => one.name === 'Template')) {
      return fail('unknown_tag', `${version} has no templates`, 'Template')
    }
    return taggedAttributes.write(tag, value as readonly Attribute[], version)
  },
}

/** CurrentAttribute and NewAttribute of 2.x: a structure of exactly one (KMIP 2.1 §5.6, §5.7). */
export const singleAttribute: Type<Attribute> = {
  read: (item, version) => {
    const [one, ...others] = taggedAttributes.read(item, version)
    return one !== undefined && others.length === 0
      ? one
      : fail('malformed', 'not exactly one attribute', subjectOf(item.tag))
  },
  write: (tag, value, version) => taggedAttributes.write(tag, [value], version),
}

type Prefix = '' | 'Common' | 'PrivateKey' | 'PublicKey'

const template = (prefix: Prefix) => `${prefix}TemplateAttribute` as const
const attributes = (prefix: Prefix) =>
  prefix === '' ? ('Attributes' as const) : (`${prefix}Attributes` as const)

/** Attributes that a request asks for: must be there. */
export const requestedAttributes: Field<readonly RequestedAttribute[], true> = alwaysByVersion(
  required('TemplateAttribute', templateAttribute, until14),
  required('Attributes', taggedRequested, from20),
)

/** Attributes that a request asks for, of the object or of one half of a key pair. */
export const optionalAttributes = (
  prefix: Prefix = '',
): Field<readonly RequestedAttribute[], false> =>
  byVersion(
    optional(template(prefix), templateAttribute, until14),
    optional(attributes(prefix), taggedRequested, from20),
  )

/** Attributes that a 1.x server set of itself; 2.x answers say nothing of them. */
export const impliedAttributes = (
  prefix: Prefix = '',
): Field<readonly RequestedAttribute[], false> =>
  optional(template(prefix), templateAttribute, until14)

/** A list of attributes: repeated in 1.x, in one structure in 2.x. */
export const attributeList: Field<readonly Attribute[], false> = byVersion(
  many('Attribute', labelledAttribute, until14),
  required('Attributes', taggedAttributes, from20),
)

/** The same where 2.x may leave the structure out. */
export const optionalAttributeList: Field<readonly Attribute[], false> = byVersion(
  many('Attribute', labelledAttribute, until14),
  optional('Attributes', taggedAttributes, from20),
)

/** One attribute with its new value. */
export const newAttribute: Field<Attribute, true> = alwaysByVersion(
  required('Attribute', labelledAttribute, until14),
  required('NewAttribute', singleAttribute, from20),
)

/** The attribute that a 1.x answer repeats. */
export const answeredAttribute: Field<Attribute, false> = required(
  'Attribute',
  labelledAttribute,
  until14,
)

/** Names of attributes. */
export const attributeReferences: Field<readonly AttributeReference[], false> = byVersion(
  many('AttributeName', attributeLabel, until14),
  many('AttributeReference', taggedReference, from20),
)
