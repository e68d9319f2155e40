/** Encrypt (KMIP 2.1 §6.1.17), in one part or streamed: each part of a stream is answered. */
import { type Bytes, concat } from '@holdfast/base/bytes'
import type { KeyBlock, RequestPayload, ResponsePayload } from '@holdfast/kmip'
import type { CipherStream } from '../../ports/general-crypto.ts'
import { rsaPaddingOf } from '../crypto/asymmetric.ts'
import {
  type Encrypted,
  encryptWith,
  type SymmetricInput,
  startEncryption,
} from '../crypto/symmetric.ts'
import { parametersOf, usableKey } from '../crypto/usable-key.ts'
import { failWith } from '../failure.ts'
import { readPublic } from '../objects/asymmetric-keys.ts'
import { bytesOfBlock, keyBlockOf } from '../objects/key-values.ts'
import { spendUse } from '../objects/usage-limits.ts'
import { handler, type Scope } from '../scope.ts'
import type { KmipObject } from '../workspace.ts'

type Request = RequestPayload<'Encrypt'>
type Answer = Partial<ResponsePayload<'Encrypt'>>

const symmetricInput = (
  object: KmipObject,
  block: KeyBlock,
  request: Request,
  data: Bytes,
): SymmetricInput => {
  const parameters = parametersOf(object, request.cryptographicParameters)
  return {
    key: bytesOfBlock(block),
    algorithm: parameters.cryptographicAlgorithm ?? block.cryptographicAlgorithm ?? 'AES',
    parameters,
    data,
    iv: request.ivCounterNonce,
    associatedData: request.authenticatedEncryptionAdditionalData,
  }
}

const symmetricBlock = async (scope: Scope, object: KmipObject): Promise<KeyBlock> => {
  const value = await scope.work.payload(object)
  const block = keyBlockOf(value)
  return value.type !== 'SymmetricKey' || block === undefined
    ? failWith('InvalidField', 'the object does not encrypt so')
    : block
}

const encryptData = async (
  scope: Scope,
  object: KmipObject,
  request: Request,
  data: Bytes,
): Promise<Encrypted> => {
  const value = await scope.work.payload(object)
  if (value.type === 'PublicKey' || value.type === 'Certificate') {
    const parameters = parametersOf(object, request.cryptographicParameters)
    const key = readPublic(scope.crypto, value)
    const encrypted = scope.crypto.rsaEncrypt(key, rsaPaddingOf(parameters), data)
    return { data: encrypted, tag: undefined, iv: undefined }
  }
  const block = await symmetricBlock(scope, object)
  return encryptWith(scope, symmetricInput(object, block, request, data))
}

/** Before 1.4 the tag follows the data, as there is no field for it. */
const answerOf = (scope: Scope, { data, tag, iv }: Encrypted): Answer => {
  const joins = tag !== undefined && scope.version < '1.4'
  return {
    data: joins ? concat(data, tag) : data,
    ...(tag === undefined || joins ? {} : { authenticatedEncryptionTag: tag }),
    ...(iv === undefined ? {} : { ivCounterNonce: iv }),
  }
}

const startStream = async (
  scope: Scope,
  object: KmipObject,
  request: Request,
  data: Bytes,
): Promise<Answer> => {
  const block = await symmetricBlock(scope, object)
  const input = symmetricInput(object, block, request, data)
  const { stream, iv } = startEncryption(scope, input)
  const correlationValue = scope.entropy.bytes(16)
  scope.memory.encryptions.set(correlationValue, { object: object.id, stream })
  return {
    data: stream.update(data),
    correlationValue,
    ...(iv === undefined ? {} : { ivCounterNonce: iv }),
  }
}

const continueStream = (scope: Scope, stream: CipherStream, request: Request, data: Bytes) => {
  const part = stream.update(data)
  const value = request.correlationValue as Bytes
  if (request.finalIndicator !== true) return { data: part, correlationValue: value }
  scope.memory.encryptions.take(value)
  const last = stream.final()
  return answerOf(scope, { data: concat(part, last.data), tag: last.tag, iv: undefined })
}

export const encrypt = handler('Encrypt', async (scope, request) => {
  const use = { bit: 'Encrypt', protects: true } as const
  const object = await usableKey(scope, request.uniqueIdentifier, use)
  const uniqueIdentifier = object.identifier
  const data = request.data === undefined ? new Uint8Array(0) : scope.batch.data(request.data)
  await spendUse(scope, object, data.length)
  if (request.initIndicator === true) {
    return { uniqueIdentifier, ...(await startStream(scope, object, request, data)) }
  }
  if (request.correlationValue !== undefined) {
    const known = scope.memory.encryptions.get(request.correlationValue)
    if (known === undefined || known.object !== object.id) {
      return failWith('InvalidCorrelationValue', 'there is no such stream')
    }
    return { uniqueIdentifier, ...continueStream(scope, known.stream, request, data) }
  }
  const encrypted = await encryptData(scope, object, request, data)
  scope.batch.madeData('Encrypt', encrypted.data)
  return { uniqueIdentifier, ...answerOf(scope, encrypted) }
})
