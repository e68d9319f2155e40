/** A managed object as it leaves: in another key format, compressed or wrapped where asked. */
import type { KeyBlock, ManagedObject, RequestPayload } from '@holdfast/kmip'
import { failWith } from '../failure.ts'
import type { Scope } from '../scope.ts'
import type { KmipObject } from '../workspace.ts'
import { readPrivate, readPublic, writePrivate, writePublic } from './asymmetric-keys.ts'
import { type Attributes, valueOf } from './attributes.ts'
import { bytesOfBlock, keyBlockOf, withKeyBlock } from './key-values.ts'
import { unwrapKeyBlock } from './unwrap.ts'
import { wrapKeyBlock } from './wrap.ts'

type Wanted = Pick<
  RequestPayload<'Get'>,
  'keyFormatType' | 'keyWrapType' | 'keyCompressionType' | 'keyWrappingSpecification'
>

type Format = KeyBlock['keyFormatType']

const symmetricFormats: readonly Format[] = ['Raw', 'Opaque', 'TransparentSymmetricKey']

const materialAs = (scope: Scope, value: ManagedObject, block: KeyBlock, format: Format) => {
  if (value.type === 'PrivateKey') {
    return writePrivate(scope.crypto, readPrivate(scope.crypto, block), format)
  }
  if (value.type === 'PublicKey') {
    return writePublic(scope.crypto, readPublic(scope.crypto, value), format)
  }
  if (!symmetricFormats.includes(format)) {
    return failWith('KeyFormatTypeNotSupported', 'the object has no such format')
  }
  const bytes = bytesOfBlock(block)
  return format === 'TransparentSymmetricKey' ? { key: bytes } : bytes
}

const inFormat = (
  scope: Scope,
  value: ManagedObject,
  format: Format | undefined,
): ManagedObject => {
  const block = keyBlockOf(value)
  if (block === undefined || format === undefined || format === block.keyFormatType) return value
  const keyMaterial = materialAs(scope, value, block, format)
  return withKeyBlock(value, { ...block, keyFormatType: format, keyValue: { keyMaterial } })
}

const isSecretType = (type: string): boolean =>
  ['SymmetricKey', 'PrivateKey', 'PublicKey', 'SplitKey', 'SecretData'].includes(type)

const checkSecrecy = (attributes: Attributes, type: string, wrapped: boolean): void => {
  if (!isSecretType(type)) return
  if (valueOf(attributes, 'Extractable') === false) {
    failWith('NotExtractable', 'the object may not be extracted')
  }
  if (valueOf(attributes, 'Sensitive') === true && !wrapped) {
    failWith('Sensitive', 'the object leaves wrapped only')
  }
}

export const deliver = async (
  scope: Scope,
  object: KmipObject,
  wanted: Wanted,
): Promise<ManagedObject> => {
  const stored = await scope.work.payload(object)
  const specification = wanted.keyWrappingSpecification
  const block = keyBlockOf(stored)
  const isWrapped = block?.keyValue instanceof Uint8Array
  const leavesWrapped = isWrapped && wanted.keyWrapType !== 'NotWrapped'
  checkSecrecy(object.attributes, stored.type, specification !== undefined || leavesWrapped)
  if (wanted.keyCompressionType !== undefined) {
    failWith('KeyCompressionTypeNotSupported', 'keys are not compressed')
  }
  const isAsked = wanted.keyWrapType === 'NotWrapped' && block !== undefined
  const opened =
    isWrapped && isAsked ? withKeyBlock(stored, await unwrapKeyBlock(scope, block)) : stored
  const value = isWrapped && !isAsked ? stored : inFormat(scope, opened, wanted.keyFormatType)
  if (specification === undefined) return value
  const plain = keyBlockOf(value)
  return plain === undefined
    ? failWith('InvalidField', 'only keys are wrapped')
    : withKeyBlock(value, await wrapKeyBlock(scope, object, plain, specification))
}
