/** Put and Notify as requests of this server to a client (KMIP 2.1 §6.2.2, §6.2.3). */
import type { Bytes } from '@holdfast/base/bytes'
import {
  attributesOf,
  encodeTtlv,
  isKnownReference,
  type ManagedObject,
  type RequestItem,
  type Version,
  writeRequest,
} from '@holdfast/kmip'
import { isReferenced, referenceOf, valueOf } from '../objects/attributes.ts'
import { isEqualAttribute } from '../objects/equal-attributes.ts'
import { keyBlockOf } from '../objects/key-values.ts'
import { linkedBy } from '../objects/links.ts'
import type { KmipObject } from '../objects/object-state.ts'

/** Undefined where the client's version cannot say it. */
const messageOf = (version: Version, item: RequestItem): Bytes | undefined => {
  const tree = writeRequest({ version, header: {}, items: [item] })
  return tree.ok ? encodeTtlv(tree.value) : undefined
}

/** Whether the object may leave without having been asked for: what Get would refuse does not. */
const mayLeave = ({ attributes }: KmipObject, value: ManagedObject): boolean => {
  if (valueOf(attributes, 'Extractable') === false) return false
  const isWrapped = keyBlockOf(value)?.keyValue instanceof Uint8Array
  return isWrapped || valueOf(attributes, 'Sensitive') !== true
}

/** The new object with its attributes; undefined where it may not leave. */
export const putMessage = (
  version: Version,
  object: KmipObject,
  value: ManagedObject,
): Bytes | undefined => {
  if (!mayLeave(object, value)) return undefined
  const replaced = linkedBy(object.attributes, 'ReplacedObjectLink')
  return messageOf(version, {
    operation: 'Put',
    payload: {
      uniqueIdentifier: object.identifier,
      ...(replaced === undefined
        ? { putFunction: 'New' }
        : { putFunction: 'Replace', replacedUniqueIdentifier: replaced }),
      object: value,
      attributes: attributesOf(version, object.attributes),
    },
  })
}

/** The attributes that a change gave other values, and those that it took away. */
export const notifyMessage = (
  version: Version,
  before: KmipObject,
  object: KmipObject,
): Bytes | undefined => {
  // That the object was served is no news to those whom it serves.
  const told = ({ attributes }: KmipObject) => attributes.filter(({ name }) => name !== 'Fresh')
  const [old, now] = [told(before), told(object)]
  const changed = now.filter((one) => !old.some((other) => isEqualAttribute(one, other)))
  const deleted = old
    .map(referenceOf)
    .filter((reference) => !now.some((one) => isReferenced(one, reference)))
    .filter((reference) => isKnownReference(version, reference))
  if (changed.length === 0 && deleted.length === 0) return undefined
  // "This includes at least the Last Change Date attribute."
  const attributes = attributesOf(version, [
    ...changed.filter(({ name }) => name !== 'LastChangeDate'),
    ...now.filter(({ name }) => name === 'LastChangeDate'),
  ])
  const notices = deleted.map((reference) => ({ name: 'Deleted', reference }) as const)
  const isSecond = version === '2.0' || version === '2.1'
  return messageOf(version, {
    operation: 'Notify',
    payload: {
      uniqueIdentifier: object.identifier,
      ...(isSecond ? { attributes } : { notices: [...attributes, ...notices] }),
      ...(isSecond && deleted.length > 0 ? { attributeReferences: deleted } : {}),
    },
  })
}
