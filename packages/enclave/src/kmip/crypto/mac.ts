/** Message authentication codes of a stored key: HMAC (RFC 2104). */
import type { Bytes } from '@holdfast/base/bytes'
import { failWith } from '../failure.ts'
import { bytesOfBlock, keyBlockOf } from '../objects/key-values.ts'
import type { Scope } from '../scope.ts'
import type { KmipObject } from '../workspace.ts'
import { hashName, hmacHash } from './names.ts'
import type { Parameters } from './symmetric.ts'
import { parametersOf } from './usable-key.ts'

export const macOf = async (
  scope: Scope,
  object: KmipObject,
  given: Parameters | undefined,
  data: Bytes,
): Promise<Bytes> => {
  const block = keyBlockOf(await scope.work.payload(object))
  if (block === undefined) return failWith('InvalidField', 'the object makes no code')
  const parameters = parametersOf(object, given)
  const algorithm = parameters.cryptographicAlgorithm ?? block.cryptographicAlgorithm
  const hash =
    (algorithm === undefined ? undefined : hmacHash(algorithm)) ??
    (parameters.hashingAlgorithm === undefined ? undefined : hashName(parameters.hashingAlgorithm))
  return hash === undefined
    ? failWith('UnsupportedCryptographicParameters', 'codes are HMAC only')
    : scope.crypto.hmac(hash, bytesOfBlock(block), data)
}
