/** Opening of key values that came wrapped by a key of the same tenant (KMIP 1.4 §2.1.5). */
import { decodeTtlv, type Item, type KeyBlock, operations, tags } from '@holdfast/kmip'
import { decryptWith } from '../crypto/symmetric.ts'
import { wrappingKey } from '../crypto/usable-key.ts'
import { failWith } from '../failure.ts'
import type { Scope } from '../scope.ts'
import { valuesOf } from './attributes.ts'
import { bytesOfBlock, keyBlockOf } from './key-values.ts'

const wrongKey = (): never => failWith('CryptographicFailure', 'the key cannot be unwrapped')

/** The tree with an item in the place of the one that has its tag. */
const withItem = (tree: Item, item: Item): Item => {
  if (tree.tag === item.tag) return item
  return tree.type === 'Structure'
    ? { ...tree, value: tree.value.map((child) => withItem(child, item)) }
    : tree
}

/** The key value of its TTLV, read as the part of a key block that it is. */
const readKeyValue = (scope: Scope, block: KeyBlock, bytes: Uint8Array): KeyBlock['keyValue'] => {
  const value = decodeTtlv(bytes)
  if (!value.ok || value.value.tag !== tags.KeyValue[0]) return wrongKey()
  const { keyWrappingData: _, keyValue: __, ...plain } = block
  const bare = { ...plain, keyValue: { keyMaterial: new Uint8Array(0) } }
  const object = { type: 'SymmetricKey', value: { keyBlock: bare } } as const
  const put = { uniqueIdentifier: '', putFunction: 'New', object } as const
  const type = operations.Put.request
  const tree = type.write(tags.RequestPayload[0], put, scope.version)
  const read = type.read(withItem(tree, value.value), scope.version).object
  return keyBlockOf(read)?.keyValue
}

export const unwrapKeyBlock = async (scope: Scope, block: KeyBlock): Promise<KeyBlock> => {
  const { keyWrappingData: wrapping, keyValue, ...plain } = block
  const info = wrapping?.encryptionKeyInformation
  if (wrapping?.wrappingMethod !== 'Encrypt' || info === undefined) {
    return failWith('KeyWrapTypeNotSupported', 'keys are unwrapped by decryption only')
  }
  if (!(keyValue instanceof Uint8Array)) return wrongKey()
  const use = { bit: 'UnwrapKey', protects: false } as const
  const key = await wrappingKey(scope, info.uniqueIdentifier, use)
  const keyBlock = keyBlockOf(await scope.work.payload(key))
  if (keyBlock === undefined) return failWith('InvalidField', 'not a key that unwraps')
  const parameters = info.cryptographicParameters ??
    valuesOf(key.attributes, 'CryptographicParameters')[0] ?? { blockCipherMode: 'NISTKeyWrap' }
  const bytes = decryptWith(scope, {
    key: bytesOfBlock(keyBlock),
    algorithm: keyBlock.cryptographicAlgorithm ?? 'AES',
    parameters,
    data: keyValue,
    iv: wrapping.ivCounterNonce,
    associatedData: undefined,
  })
  return {
    ...plain,
    keyValue:
      wrapping.encodingOption === 'NoEncoding'
        ? { keyMaterial: bytes }
        : readKeyValue(scope, block, bytes),
  }
}
