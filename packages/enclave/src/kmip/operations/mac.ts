/** MAC (KMIP 2.1 §6.1.32), in one part or streamed. */
import { macOf } from '../crypto/mac.ts'
import { streamed } from '../crypto/stream.ts'
import { usableKey } from '../crypto/usable-key.ts'
import { handler } from '../scope.ts'

export const mac = handler('MAC', async (scope, request) => {
  const use = { bit: 'MACGenerate', protects: true } as const
  const object = await usableKey(scope, request.uniqueIdentifier, use)
  const uniqueIdentifier = object.identifier
  const part = streamed(scope, request, request)
  if (part.correlationValue !== undefined) {
    return { uniqueIdentifier, correlationValue: part.correlationValue }
  }
  const macData = await macOf(scope, object, part.first.cryptographicParameters, part.data)
  scope.batch.madeData('MACMACData', macData)
  return { uniqueIdentifier, macData }
})
