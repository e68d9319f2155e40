/** Wrapping of key values that leave (KMIP 2.1 §7.18, RFC 3394, RFC 5649). */
import type { Bytes } from '@holdfast/base/bytes'
import {
  type AttributeName,
  attributeTable,
  encodeTtlv,
  type KeyBlock,
  operations,
  type RequestPayload,
  tags,
} from '@holdfast/kmip'
import { encryptWith } from '../crypto/symmetric.ts'
import { wrappingKey } from '../crypto/usable-key.ts'
import { failWith } from '../failure.ts'
import type { Scope } from '../scope.ts'
import type { KmipObject } from '../workspace.ts'
import type { Attributes } from './attributes.ts'
import { valuesOf } from './attributes.ts'
import { bytesOfBlock, findTag, keyBlockOf, plainValueOf } from './key-values.ts'

type Specification = NonNullable<RequestPayload<'Get'>['keyWrappingSpecification']>

const labelled = (name: string): AttributeName | undefined =>
  (Object.keys(attributeTable) as AttributeName[]).find(
    (one) => attributeTable[one].label === name || one === name,
  )

const namedAttributes = (object: KmipObject, names: readonly string[]): Attributes =>
  names.flatMap((name) => object.attributes.filter((one) => one.name === labelled(name)))

/** The key value in TTLV: what is wrapped where no encoding is asked against. */
const encodedValue = (scope: Scope, block: KeyBlock, attributes: Attributes): Bytes => {
  const keyValue = { ...plainValueOf(block), ...(attributes.length === 0 ? {} : { attributes }) }
  const object = { type: 'SymmetricKey', value: { keyBlock: { ...block, keyValue } } } as const
  const put = { uniqueIdentifier: '', putFunction: 'New', object } as const
  const tree = operations.Put.request.write(tags.RequestPayload[0], put, scope.version)
  const found = findTag(tree, tags.KeyValue[0])
  return found === undefined ? failWith('InvalidField', 'no key value') : encodeTtlv(found)
}

const plainBytes = (block: KeyBlock): Bytes => {
  const { keyMaterial } = plainValueOf(block)
  return keyMaterial instanceof Uint8Array ? keyMaterial : bytesOfBlock(block)
}

export const wrapKeyBlock = async (
  scope: Scope,
  object: KmipObject,
  block: KeyBlock,
  specification: Specification,
): Promise<KeyBlock> => {
  const { wrappingMethod, encryptionKeyInformation: info, attributeNames = [] } = specification
  const { encodingOption } = specification
  if (wrappingMethod !== 'Encrypt' || info === undefined) {
    return failWith('FeatureNotSupported', 'keys are wrapped by encryption only')
  }
  if (encodingOption === 'NoEncoding' && attributeNames.length > 0) {
    return failWith('EncodingOptionError', 'attributes need an encoding')
  }
  const use = { bit: 'WrapKey', protects: true } as const
  const key = await wrappingKey(scope, info.uniqueIdentifier, use)
  const wrappingBlock = keyBlockOf(await scope.work.payload(key))
  if (wrappingBlock === undefined) return failWith('InvalidField', 'not a key that wraps')
  const parameters =
    info.cryptographicParameters ?? valuesOf(key.attributes, 'CryptographicParameters')[0]
  const data =
    encodingOption === 'NoEncoding'
      ? plainBytes(block)
      : encodedValue(scope, block, namedAttributes(object, attributeNames))
  const { data: wrapped, iv } = encryptWith(scope, {
    key: bytesOfBlock(wrappingBlock),
    algorithm: wrappingBlock.cryptographicAlgorithm ?? 'AES',
    parameters: parameters ?? { blockCipherMode: 'NISTKeyWrap' },
    data,
    iv: undefined,
    associatedData: undefined,
  })
  return {
    ...block,
    keyValue: wrapped,
    keyWrappingData: {
      wrappingMethod,
      encryptionKeyInformation: info,
      ...(iv === undefined ? {} : { ivCounterNonce: iv }),
      ...(encodingOption === undefined ? {} : { encodingOption }),
    },
  }
}
