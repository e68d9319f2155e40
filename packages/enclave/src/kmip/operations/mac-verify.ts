/** MAC Verify (KMIP 2.1 §6.1.33), in one part or streamed. */
import { equalBytes } from '@holdfast/base/bytes'
import { macOf } from '../crypto/mac.ts'
import { streamed } from '../crypto/stream.ts'
import { usableKey } from '../crypto/usable-key.ts'
import { failWith } from '../failure.ts'
import { handler } from '../scope.ts'

export const macVerify = handler('MACVerify', async (scope, request) => {
  const use = { bit: 'MACVerify', protects: false } as const
  const object = await usableKey(scope, request.uniqueIdentifier, use)
  const uniqueIdentifier = object.identifier
  const part = streamed(scope, request, request)
  if (part.correlationValue !== undefined) {
    return { uniqueIdentifier, correlationValue: part.correlationValue }
  }
  const given = request.macData ?? part.first.macData
  if (given === undefined) return failWith('InvalidMessage', 'the code is missing')
  const macData = await macOf(scope, object, part.first.cryptographicParameters, part.data)
  return { uniqueIdentifier, validityIndicator: equalBytes(macData, given) ? 'Valid' : 'Invalid' }
})
