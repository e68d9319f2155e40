/** Hash (KMIP 2.1 §6.1.24), in one part or streamed. */
import { hashName } from '../crypto/names.ts'
import { streamed } from '../crypto/stream.ts'
import { failWith } from '../failure.ts'
import { handler } from '../scope.ts'

export const hash = handler('Hash', (scope, request) => {
  const part = streamed(scope, request, request.cryptographicParameters)
  if (part.correlationValue !== undefined) return { correlationValue: part.correlationValue }
  const algorithm =
    part.first.hashingAlgorithm ?? failWith('InvalidField', 'the hashing algorithm is missing')
  const data = scope.crypto.hash(hashName(algorithm), part.data)
  scope.batch.madeData('Hash', data)
  return { data }
})
