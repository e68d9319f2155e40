/** Create Split Key (KMIP 2.1 §6.1.10): parts of a stored key, or of a fresh one. */
import type { ManagedObject } from '@holdfast/kmip'
import { splitKey } from '../crypto/split.ts'
import { failWith } from '../failure.ts'
import { defaulted, describeObject, requestedAttributes } from '../objects/describe-object.ts'
import { symmetricKeyOf } from '../objects/generate-keys.ts'
import { bytesOfBlock, keyBlockOf } from '../objects/key-values.ts'
import { withLink } from '../objects/links.ts'
import { addObject, handler, livingObjectOf } from '../scope.ts'

export const createSplitKey = handler('CreateSplitKey', async (scope, request) => {
  const { splitKeyParts, splitKeyThreshold, splitKeyMethod, primeFieldSize } = request
  const asked = await requestedAttributes(scope, request.attributes)
  const requested = defaulted(scope, 'SplitKey', asked)
  const whole =
    request.uniqueIdentifier === undefined
      ? undefined
      : await livingObjectOf(scope, request.uniqueIdentifier)
  const value =
    whole === undefined ? symmetricKeyOf(scope, requested) : await scope.work.payload(whole)
  const block = keyBlockOf(value)
  if (block === undefined) return failWith('InvalidObjectType', 'the object has no key')
  const shares = splitKey(scope.entropy, bytesOfBlock(block), {
    method: splitKeyMethod,
    parts: splitKeyParts,
    threshold: splitKeyThreshold,
  })
  const made = shares.map((keyMaterial, index) => {
    const part: ManagedObject = {
      type: 'SplitKey',
      value: {
        splitKeyParts,
        keyPartIdentifier: index + 1,
        splitKeyThreshold,
        splitKeyMethod,
        primeFieldSize,
        keyBlock: { ...block, keyFormatType: 'Raw', keyValue: { keyMaterial } },
      },
    }
    const described = describeObject(scope, part, requested, { generated: true })
    const linked =
      whole === undefined ? described : withLink(described, 'ParentLink', whole.identifier)
    return addObject(scope, part, linked).identifier
  })
  for (const identifier of made) scope.batch.made('CreateSplitKey', identifier)
  return { uniqueIdentifiers: made }
})
