/** The value inside a managed object: its key block and the bytes of its key material. */
import type { Bytes } from '@holdfast/base/bytes'
import { attempt } from '@holdfast/base/errors'
import {
  encodeTtlv,
  type Item,
  type KeyBlock,
  type KeyValue,
  type ManagedObject,
  operations,
  tags,
} from '@holdfast/kmip'
import { failWith } from '../failure.ts'

export const keyBlockOf = (object: ManagedObject): KeyBlock | undefined =>
  'keyBlock' in object.value ? object.value.keyBlock : undefined

export const withKeyBlock = (object: ManagedObject, keyBlock: KeyBlock): ManagedObject =>
  ({ ...object, value: { ...object.value, keyBlock } }) as ManagedObject

/** The key value that is not wrapped. */
export const plainValueOf = (block: KeyBlock): KeyValue => {
  if (block.keyValue === undefined) {
    return failWith('KeyValueNotPresent', 'the server does not hold the key value')
  }
  return block.keyValue instanceof Uint8Array
    ? failWith('InvalidField', 'the key is wrapped')
    : block.keyValue
}

/** The bytes of a symmetric key, secret or split part. */
export const bytesOfBlock = (block: KeyBlock): Bytes => {
  const { keyMaterial } = plainValueOf(block)
  if (keyMaterial instanceof Uint8Array) return keyMaterial
  return keyMaterial.key ?? failWith('InvalidField', 'the key material is not bytes')
}

/** What identifies an object's value as bytes, for its digest. */
export const digestInputOf = (object: ManagedObject): Bytes | undefined => {
  if (object.type === 'Certificate') return object.value.certificateValue
  if (object.type === 'CertificateRequest') return object.value.certificateRequestValue
  if (object.type === 'OpaqueObject') return object.value.opaqueDataValue
  const value = keyBlockOf(object)?.keyValue
  if (value === undefined || value instanceof Uint8Array) return value
  const { keyMaterial } = value
  return keyMaterial instanceof Uint8Array ? keyMaterial : encodedMaterial(object)
}

/** The digest of a transparent key is over its material in TTLV (KMIP 1.1 §3.17). */
const encodedMaterial = (object: ManagedObject): Bytes | undefined => {
  const put = { uniqueIdentifier: '', putFunction: 'New', object } as const
  const tree = attempt(() => operations.Put.request.write(tags.RequestPayload[0], put, '1.4'))
  const found = tree.ok ? findTag(tree.value, tags.KeyMaterial[0]) : undefined
  return found === undefined ? undefined : encodeTtlv(found)
}

/** The first item of a tree with this tag. */
export const findTag = (tree: Item, tag: number): Item | undefined => {
  if (tree.tag === tag) return tree
  if (tree.type !== 'Structure') return undefined
  for (const child of tree.value) {
    const found = findTag(child, tag)
    if (found !== undefined) return found
  }
  return undefined
}
