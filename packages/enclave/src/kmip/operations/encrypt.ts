/** Encrypt (KMIP 2.1 §6.1.17), in one part or streamed. */
import { type Bytes, concat } from '@holdfast/base/bytes'
import type { RequestPayload, ResponsePayload } from '@holdfast/kmip'
import { rsaPaddingOf } from '../crypto/asymmetric.ts'
import { streamed } from '../crypto/stream.ts'
import { type Encrypted, encryptWith } from '../crypto/symmetric.ts'
import { parametersOf, usableKey } from '../crypto/usable-key.ts'
import { failWith } from '../failure.ts'
import { readPublic } from '../objects/asymmetric-keys.ts'
import { bytesOfBlock, keyBlockOf } from '../objects/key-values.ts'
import { spendUse } from '../objects/usage-limits.ts'
import { handler, type Scope } from '../scope.ts'
import type { KmipObject } from '../workspace.ts'

type Request = RequestPayload<'Encrypt'>

const encryptData = async (
  scope: Scope,
  object: KmipObject,
  request: Request,
  data: Bytes,
): Promise<Encrypted> => {
  const value = await scope.work.payload(object)
  const parameters = parametersOf(object, request.cryptographicParameters)
  if (value.type === 'PublicKey' || value.type === 'Certificate') {
    const key = readPublic(scope.crypto, value)
    const encrypted = scope.crypto.rsaEncrypt(key, rsaPaddingOf(parameters), data)
    return { data: encrypted, tag: undefined, iv: undefined }
  }
  const block = keyBlockOf(value)
  if (value.type !== 'SymmetricKey' || block === undefined) {
    return failWith('InvalidField', 'the object does not encrypt')
  }
  return encryptWith(scope, {
    key: bytesOfBlock(block),
    algorithm: parameters.cryptographicAlgorithm ?? block.cryptographicAlgorithm ?? 'AES',
    parameters,
    data,
    iv: request.ivCounterNonce,
    associatedData: request.authenticatedEncryptionAdditionalData,
  })
}

/** Before 1.4 the tag follows the data, as there is no field for it. */
const answerOf = (
  scope: Scope,
  { data, tag, iv }: Encrypted,
): Partial<ResponsePayload<'Encrypt'>> => {
  const joins = tag !== undefined && scope.version < '1.4'
  return {
    data: joins ? concat(data, tag) : data,
    ...(tag === undefined || joins ? {} : { authenticatedEncryptionTag: tag }),
    ...(iv === undefined ? {} : { ivCounterNonce: iv }),
  }
}

export const encrypt = handler('Encrypt', async (scope, request) => {
  const use = { bit: 'Encrypt', protects: true } as const
  const object = await usableKey(scope, request.uniqueIdentifier, use)
  const uniqueIdentifier = object.identifier
  const part = streamed(scope, request, request)
  if (part.correlationValue !== undefined) {
    return { uniqueIdentifier, correlationValue: part.correlationValue }
  }
  await spendUse(scope, object, part.data.length)
  const encrypted = await encryptData(scope, object, part.first, part.data)
  scope.batch.madeData('Encrypt', encrypted.data)
  return { uniqueIdentifier, ...answerOf(scope, encrypted) }
})
