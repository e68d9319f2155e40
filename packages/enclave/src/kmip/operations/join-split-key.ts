/** Join Split Key (KMIP 2.1 §6.1.27): fewer parts than the threshold join into nothing. */
import type { ManagedObject } from '@holdfast/kmip'
import { joinKey, type Share } from '../crypto/split.ts'
import { failWith } from '../failure.ts'
import { valueOf } from '../objects/attributes.ts'
import { defaulted, describeObject, requestedAttributes } from '../objects/describe-object.ts'
import { bytesOfBlock } from '../objects/key-values.ts'
import { addObject, handler, livingObjectOf } from '../scope.ts'

type SplitKey = Extract<ManagedObject, { readonly type: 'SplitKey' }>['value']

export const joinSplitKey = handler('JoinSplitKey', async (scope, request) => {
  const parts: SplitKey[] = []
  for (const reference of request.uniqueIdentifiers) {
    const value = await scope.work.payload(await livingObjectOf(scope, reference))
    if (value.type !== 'SplitKey') return failWith('InvalidObjectType', 'not a part of a key')
    parts.push(value.value)
  }
  const [first] = parts
  if (first === undefined || parts.length < first.splitKeyThreshold) {
    return failWith('CryptographicFailure', 'too few parts')
  }
  if (parts.some((part) => part.splitKeyMethod !== first.splitKeyMethod)) {
    return failWith('CryptographicFailure', 'the parts do not belong together')
  }
  const shares: readonly Share[] = parts.map((part) => ({
    part: part.keyPartIdentifier,
    bytes: bytesOfBlock(part.keyBlock),
  }))
  const keyMaterial = joinKey(shares, first.splitKeyMethod)
  const asked = await requestedAttributes(scope, request.attributes)
  const requested = defaulted(scope, String(request.objectType), asked)
  const keyBlock = {
    keyFormatType: 'Raw',
    keyValue: { keyMaterial },
    cryptographicAlgorithm:
      valueOf(requested, 'CryptographicAlgorithm') ?? first.keyBlock.cryptographicAlgorithm,
    cryptographicLength: keyMaterial.length * 8,
  } as const
  const { objectType, secretDataType } = request
  if (objectType !== 'SymmetricKey' && objectType !== 'SecretData') {
    return failWith('InvalidObjectType', 'parts join into a symmetric key or secret data')
  }
  const value: ManagedObject =
    objectType === 'SymmetricKey'
      ? { type: 'SymmetricKey', value: { keyBlock } }
      : {
          type: 'SecretData',
          value: { secretDataType: secretDataType ?? 'Password', keyBlock },
        }
  const described = describeObject(scope, value, requested, { generated: false })
  const { identifier } = addObject(scope, value, described)
  scope.batch.made('JoinSplitKey', identifier)
  return { uniqueIdentifier: identifier }
})
