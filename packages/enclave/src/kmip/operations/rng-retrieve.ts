/** RNG Retrieve (KMIP 2.1 §6.1.49). */
import { failWith } from '../failure.ts'
import { randomBytesMax } from '../limits.ts'
import { handler } from '../scope.ts'

export const rngRetrieve = handler('RNGRetrieve', (scope, request) => {
  const length = request.dataLength
  if (length < 0 || length > randomBytesMax) failWith('InvalidField', 'not so many random bytes')
  const data = scope.entropy.bytes(length)
  scope.batch.madeData('RNGRetrieve', data)
  return { data }
})
