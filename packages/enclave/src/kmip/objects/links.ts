/** Links between objects (KMIP 2.1 §4.31): one of each type. */
import type { AttributeValue } from '@holdfast/kmip'
import { type Attributes, valuesOf, withAdded } from './attributes.ts'

type LinkType = AttributeValue<'Link'>['linkType']

export const withoutLink = (attributes: Attributes, ...types: readonly LinkType[]): Attributes =>
  attributes.filter((one) => one.name !== 'Link' || !types.includes(one.value.linkType))

export const withLink = (
  attributes: Attributes,
  linkType: LinkType,
  identifier: string,
): Attributes =>
  withAdded(withoutLink(attributes, linkType), {
    name: 'Link',
    value: { linkType, linkedObjectIdentifier: identifier },
  })

/** The identifier that a link of this type names. */
export const linkedBy = (attributes: Attributes, linkType: LinkType): string | undefined => {
  const found = valuesOf(attributes, 'Link').find((one) => one.linkType === linkType)
  const identifier = found?.linkedObjectIdentifier
  return typeof identifier === 'string' ? identifier : undefined
}
