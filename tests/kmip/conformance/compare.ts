/**
 * A response against the published one, by PERMITTED-VARIATIONS.txt (KMIP Asymmetric Key
 * Lifecycle Profile 1.0 §4.7.1) alone: what that list does not name must be equal.
 */
import { encodeXml, type Item, tags } from '../../../packages/kmip/src/index.ts'
import { placeholderIn } from '../../../packages/kmip/src/testing/cases.ts'
import { elementToItem } from '../../../packages/kmip/src/xml/decode.ts'
import type { XmlElement } from '../../../packages/kmip/src/xml/element.ts'
import type { CaseValues } from './case-values.ts'
import { textOfItem } from './text-of-item.ts'

const names: ReadonlyMap<number, string> = new Map(
  Object.entries(tags).map(([name, [tag]]) => [tag, name]),
)
const nameOf = ({ tag }: Item): string => names.get(tag) ?? tag.toString(16)

/** "may vary the following values". */
const variable: ReadonlySet<string> = new Set([
  'UniqueIdentifier',
  'PrivateKeyUniqueIdentifier',
  'PublicKeyUniqueIdentifier',
  'UniqueBatchItemID',
  'AsynchronousCorrelationValue',
  'TimeStamp',
  'LinkedObjectIdentifier',
  'DigestValue',
  'VendorIdentification',
  'ResultMessage',
  // Globally unique by its definition (KMIP 2.1 §9.10).
  'ServerCorrelationValue',
])

/** "the following DateTime attributes where the value is not specified in the request". */
const dates: ReadonlySet<string> = new Set([
  'ActivationDate',
  'ArchiveDate',
  'CompromiseDate',
  'CompromiseOccurrenceDate',
  'DeactivationDate',
  'DestroyDate',
  'InitialDate',
  'LastChangeDate',
  'ProtectStartDate',
  'ProcessStartDate',
  'ProtectStopDate',
  'ProcessStopDate',
  'ValidityDate',
  'OriginalCreationDate',
])

/** Values of generated objects, and output of cryptographic operations. */
const keys: ReadonlySet<string> = new Set(['KeyMaterial', 'KeyValue'])
const outputs: ReadonlySet<string> = new Set([
  'Data',
  'SignatureData',
  'MACData',
  'IVCounterNonce',
  'AuthenticatedEncryptionTag',
])

/** What of an issued certificate, and of the attributes that repeat it, is of that one alone. */
const issued: ReadonlySet<string> = new Set([
  'CertificateValue',
  'CertificateLength',
  'CertificateSerialNumber',
  'SerialNumber',
])

/** May be absent from or present in a response. */
const optional: ReadonlySet<string> = new Set([
  'ResultMessage',
  'MessageExtension',
  'TemplateAttribute',
  'PrivateKeyTemplateAttribute',
  'PublicKeyTemplateAttribute',
])

/** "Additional attributes beyond those noted", by the operation whose answer may have them. */
const additional: Readonly<Record<string, ReadonlySet<string>>> = {
  GetAttributes: new Set(['Attribute']),
  GetAttributeList: new Set(['AttributeName', 'AttributeReference']),
  Export: new Set(['Attribute']),
  // What a server sends by itself is its answer to what was done before.
  Put: new Set(['Attribute']),
  Notify: new Set(['Attribute']),
  Query: new Set([
    'Operation',
    'ObjectType',
    'ApplicationNamespace',
    'ExtensionInformation',
    'VendorIdentification',
  ]),
}

export type Place = {
  /** The operation of the batch item, and whether the request of it was so. */
  readonly operation: string
  readonly parent: string
  /** The name of the attribute around a value, where 1.x names it. */
  readonly attribute: string
  /** Whether Discover Versions named no version. */
  readonly allVersions: boolean
  readonly version: string
}

const textOf = (element: XmlElement): string => element.attributes.get('value') ?? ''

const childText = (element: XmlElement, name: string): string => {
  const child = element.children.find((one) => one.name === name)
  return child === undefined ? '' : textOf(child)
}

const childItem = (item: Item, name: string): Item | undefined =>
  item.type === 'Structure' ? item.value.find((child) => nameOf(child) === name) : undefined

const itemText = (item: Item | undefined): string => (item === undefined ? '' : textOfItem(item))

const show = (item: Item): string =>
  Buffer.from(encodeXml(item)).toString().replaceAll(/\s+/g, ' ').slice(0, 160)

const compact = (text: string): string => text.replaceAll(' ', '')

const tagOf = (element: XmlElement): string =>
  element.name === 'TTLV' ? (element.attributes.get('tag') ?? '') : element.name

const sameTag = (expected: XmlElement, actual: Item): boolean => {
  const name = tagOf(expected)
  return name.startsWith('0x') ? Number(name) === actual.tag : name === nameOf(actual)
}

/** The attribute that a value is of: its own tag, or the name beside it in 1.x. */
const meaning = (name: string, place: Place): string =>
  name === 'AttributeValue' ? compact(place.attribute) : name

/** A value of 1.x as an element of its attribute, so that its names of values are known. */
const named = (element: XmlElement, place: Place): XmlElement => {
  const name = meaning(element.name, place)
  return Object.hasOwn(tags, name) ? { ...element, name } : element
}

/**
 * A certificate that the server issues is a managed cryptographic object that it generates (KMIP
 * 1.1 §2.2), so that its content varies: key of the issuer, serial number, dates, signature.
 */
const isOfCertificate = (name: string, place: Place): boolean =>
  issued.has(name) || issued.has(meaning(name, place))

const isGeneratedValue = (
  name: string,
  place: Place,
  values: CaseValues,
  text: string,
): boolean => {
  if (values.wasSent(text)) return false
  if (isOfCertificate(name, place)) return values.hasIssued
  if (keys.has(name) || place.parent === 'KeyMaterial') return values.hasGenerated
  return outputs.has(name) && (values.hasGenerated || values.isVariable(place.operation))
}

const mayVary = (expected: XmlElement, place: Place, values: CaseValues): boolean => {
  const name = meaning(expected.name, place)
  const text = textOf(expected)
  if (variable.has(name)) return true
  if (dates.has(name)) return !values.wasSentAs(name, text) || values.isPast(text)
  if (place.parent === 'Digest') return true
  if (name === 'KeyFormatType') return values.hasGenerated
  return isGeneratedValue(name, place, values, text)
}

const compareValue = (
  expected: XmlElement,
  actual: Item,
  place: Place,
  values: CaseValues,
): string | undefined => {
  const placeholder = placeholderIn(textOf(expected))
  if (placeholder !== undefined && placeholder.name !== 'NOW') {
    return values.bind(placeholder.name, actual)
      ? undefined
      : `${nameOf(actual)} is not the ${placeholder.name} of before`
  }
  if (mayVary(expected, place, values)) {
    if (outputs.has(expected.name)) values.replace(textOf(expected), textOfItem(actual))
    return undefined
  }
  const wanted = elementToItem(values.fill(named(expected, place)))
  if (wanted.type === actual.type && textOfItem(wanted) === textOfItem(actual)) return undefined
  return `${nameOf(actual)}: expected ${show(wanted)}, got ${show(actual)}`
}

const isOptional = (name: string, element: XmlElement | Item, place: Place): boolean => {
  if (optional.has(name)) return true
  // "Extensions reported in Query for ExtensionList and ExtensionMap", and application namespaces.
  const isTold = name === 'ExtensionInformation' || name === 'ApplicationNamespace'
  if (isTold && place.operation === 'Query') return true
  // "may or may not return one or more Object Group values not included in the requests".
  if ('children' in element && textOf(element) === 'Object Group') return true
  if (name === 'AttributeIndex' && place.version !== '1.0') {
    const value = 'children' in element ? textOf(element) : textOfItem(element)
    return Number(value) === 0
  }
  return false
}

const payloads: ReadonlySet<string> = new Set(['RequestPayload', 'ResponsePayload'])

const isAdditional = (item: Item, place: Place): boolean => {
  const name = nameOf(item)
  if (additional[place.operation]?.has(name) === true && payloads.has(place.parent)) return true
  if (place.parent === 'Attributes' && ['GetAttributes', 'Export'].includes(place.operation)) {
    return true
  }
  return name === 'ProtocolVersion' && place.operation === 'DiscoverVersions' && place.allVersions
}

/** Lists whose order says nothing: attributes, and what Query tells. */
const unordered = (place: Place): boolean =>
  place.parent === 'Attributes' ||
  (place.operation === 'DiscoverVersions' && place.allVersions) ||
  (payloads.has(place.parent) && Object.hasOwn(additional, place.operation))

const compareChildren = (
  expected: XmlElement,
  actual: Item,
  place: Place,
  values: CaseValues,
): string | undefined => {
  const rest = actual.type === 'Structure' ? [...actual.value] : []
  for (const child of expected.children) {
    const candidates = rest.filter((item) => sameTag(child, item))
    const tried = unordered(place) ? candidates : candidates.slice(0, 1)
    let reason: string | undefined = `${tagOf(child)} is absent from ${expected.name}`
    if (child.name === 'Attribute') reason += ` (${childText(child, 'AttributeName')})`
    if (textOf(child) !== '') reason += ` (${textOf(child)})`
    const found = tried.find((item) => {
      const kept = values.save()
      const difference = compareElement(child, item, place, values)
      if (difference === undefined) return true
      values.restore(kept)
      const isSame =
        childText(child, 'AttributeName') === itemText(childItem(item, 'AttributeName'))
      if (tried.length === 1 || (child.name === 'Attribute' && isSame)) reason = difference
      return false
    })
    if (found === undefined) {
      if (isOptional(child.name, child, place)) continue
      return reason
    }
    rest.splice(rest.indexOf(found), 1)
  }
  const extra = rest.find(
    (item) => !isOptional(nameOf(item), item, place) && !isAdditional(item, place),
  )
  return extra === undefined ? undefined : `not expected in ${expected.name}: ${show(extra)}`
}

/** Undefined where the response is as published, else the first difference in one line. */
export const compareElement = (
  expected: XmlElement,
  actual: Item,
  place: Place,
  values: CaseValues,
): string | undefined => {
  const isStructure =
    expected.attributes.get('type') === 'Structure' || expected.children.length > 0
  if (isStructure || actual.type === 'Structure') {
    if (actual.type !== 'Structure') return compareValue(expected, actual, place, values)
    const operation =
      expected.name === 'BatchItem' ? childText(expected, 'Operation') : place.operation
    const attribute =
      expected.name === 'Attribute' ? childText(expected, 'AttributeName') : place.attribute
    const parent = expected.name === 'AttributeValue' ? compact(attribute) : expected.name
    const isDigest = place.parent === 'Digest'
    const inner = { ...place, operation, attribute, parent: isDigest ? 'Digest' : parent }
    return compareChildren(expected, actual, inner, values)
  }
  return compareValue(expected, actual, place, values)
}
