/** A key and how it is written and wrapped (KMIP 2.1 §3.1 to §3.3, §7.18). */
import type { Bytes } from '@holdfast/base/bytes'
import { fail } from '@holdfast/base/errors'
import type { Attribute } from '../attributes/attribute.ts'
import { optionalAttributeList } from '../attributes/lists.ts'
import { tagNumber } from '../names.ts'
import { type AnyValue, anyValue, bytes, enumeration, integer, text } from '../schema/primitives.ts'
import { many, optional, required, structure } from '../schema/structure.ts'
import type { Type, ValueOf } from '../schema/type.ts'
import { cryptographicParameters } from './cryptographic-parameters.ts'
import { type KeyMaterial, readKeyMaterial, writeKeyMaterial } from './key-material.ts'

const keyInformation = structure({
  uniqueIdentifier: required('UniqueIdentifier', text),
  cryptographicParameters: optional('CryptographicParameters', cryptographicParameters),
})

const encodingOption = optional('EncodingOption', enumeration('EncodingOption'), { since: '1.1' })

export const keyWrappingData = structure({
  wrappingMethod: required('WrappingMethod', enumeration('WrappingMethod')),
  encryptionKeyInformation: optional('EncryptionKeyInformation', keyInformation),
  macSignatureKeyInformation: optional('MACSignatureKeyInformation', keyInformation),
  macSignature: optional('MACSignature', bytes),
  ivCounterNonce: optional('IVCounterNonce', bytes),
  encodingOption,
})

/** How a key that leaves is to be wrapped. */
export const keyWrappingSpecification = structure({
  wrappingMethod: required('WrappingMethod', enumeration('WrappingMethod')),
  encryptionKeyInformation: optional('EncryptionKeyInformation', keyInformation),
  macSignatureKeyInformation: optional('MACSignatureKeyInformation', keyInformation),
  attributeNames: many('AttributeName', text),
  encodingOption,
})

const rawKeyValue = structure({
  keyMaterial: required('KeyMaterial', anyValue),
  attributes: optionalAttributeList,
})

const rawKeyBlock = structure({
  keyFormatType: required('KeyFormatType', enumeration('KeyFormatType')),
  keyCompressionType: optional('KeyCompressionType', enumeration('KeyCompressionType')),
  keyValue: optional('KeyValue', anyValue),
  cryptographicAlgorithm: optional('CryptographicAlgorithm', enumeration('CryptographicAlgorithm')),
  cryptographicLength: optional('CryptographicLength', integer),
  keyWrappingData: optional('KeyWrappingData', keyWrappingData),
})

export type KeyValue = {
  readonly keyMaterial: KeyMaterial
  readonly attributes?: readonly Attribute[] | undefined
}

/** A key block; a wrapped key value is its bytes. */
export type KeyBlock = Omit<ValueOf<typeof rawKeyBlock>, 'keyValue'> & {
  readonly keyValue?: Bytes | KeyValue | undefined
}

const keyValueTag = tagNumber('KeyValue')
const keyMaterialTag = tagNumber('KeyMaterial')

export const keyBlock: Type<KeyBlock> = {
  read: (item, version) => {
    const { keyValue: raw, ...block } = rawKeyBlock.read(item, version)
    if (raw === undefined) return block
    if (raw.type === 'ByteString') {
      return block.keyWrappingData === undefined
        ? fail('malformed', 'a key value that is not wrapped is no bytes', 'KeyValue')
        : { ...block, keyValue: raw.value }
    }
    const value = rawKeyValue.read(anyValue.write(keyValueTag, raw, version), version)
    const material = anyValue.write(keyMaterialTag, value.keyMaterial, version)
    const keyMaterial = readKeyMaterial(material, block.keyFormatType, version)
    return { ...block, keyValue: { ...value, keyMaterial } }
  },
  write: (tag, { keyValue: value, ...block }, version) => {
    const write = (keyValue?: AnyValue) => rawKeyBlock.write(tag, { ...block, keyValue }, version)
    if (value === undefined) return write()
    if (value instanceof Uint8Array) return write({ type: 'ByteString', value })
    const material = writeKeyMaterial(
      keyMaterialTag,
      value.keyMaterial,
      block.keyFormatType,
      version,
    )
    const keyMaterial = anyValue.read(material, version)
    const inner = rawKeyValue.write(keyValueTag, { ...value, keyMaterial }, version)
    return write(anyValue.read(inner, version))
  },
}
