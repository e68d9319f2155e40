/** Decrypt (KMIP 2.1 §6.1.11), in one part or streamed. */
import type { Bytes } from '@holdfast/base/bytes'
import type { RequestPayload } from '@holdfast/kmip'
import { rsaPaddingOf } from '../crypto/asymmetric.ts'
import { streamed } from '../crypto/stream.ts'
import { decryptWith } from '../crypto/symmetric.ts'
import { parametersOf, usableKey } from '../crypto/usable-key.ts'
import { failWith } from '../failure.ts'
import { readPrivate } from '../objects/asymmetric-keys.ts'
import { bytesOfBlock, keyBlockOf } from '../objects/key-values.ts'
import { handler, type Scope } from '../scope.ts'
import type { KmipObject } from '../workspace.ts'

type Request = RequestPayload<'Decrypt'>

const decryptData = async (
  scope: Scope,
  object: KmipObject,
  request: Request,
  data: Bytes,
): Promise<Bytes> => {
  const value = await scope.work.payload(object)
  const parameters = parametersOf(object, request.cryptographicParameters)
  const block = keyBlockOf(value)
  if (block === undefined) return failWith('InvalidField', 'the object does not decrypt')
  if (value.type === 'PrivateKey') {
    const key = readPrivate(scope.crypto, block)
    return scope.crypto.rsaDecrypt(key, rsaPaddingOf(parameters), data)
  }
  return decryptWith(scope, {
    key: bytesOfBlock(block),
    algorithm: parameters.cryptographicAlgorithm ?? block.cryptographicAlgorithm ?? 'AES',
    parameters,
    data,
    iv: request.ivCounterNonce,
    associatedData: request.authenticatedEncryptionAdditionalData,
    tag: request.authenticatedEncryptionTag,
  })
}

export const decrypt = handler('Decrypt', async (scope, request) => {
  const use = { bit: 'Decrypt', protects: false } as const
  const object = await usableKey(scope, request.uniqueIdentifier, use)
  const uniqueIdentifier = object.identifier
  const part = streamed(scope, request, request)
  if (part.correlationValue !== undefined) {
    return { uniqueIdentifier, correlationValue: part.correlationValue }
  }
  const tag = request.authenticatedEncryptionTag ?? part.first.authenticatedEncryptionTag
  const settled = { ...part.first, authenticatedEncryptionTag: tag }
  const data = await decryptData(scope, object, settled, part.data)
  scope.batch.madeData('Decrypt', data)
  return { uniqueIdentifier, data }
})
