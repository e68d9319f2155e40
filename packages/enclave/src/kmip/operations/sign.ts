/** Sign (KMIP 2.1 §6.1.55), in one part or streamed. */
import { withSigningKey } from '../crypto/open-signing-key.ts'
import { streamed } from '../crypto/stream.ts'
import { parametersOf, usableKey } from '../crypto/usable-key.ts'
import { spendUse } from '../objects/usage-limits.ts'
import { handler } from '../scope.ts'
import { signByWallet } from '../wallet-keys/sign-by-wallet.ts'

export const sign = handler('Sign', async (scope, request) => {
  const use = { bit: 'Sign', protects: true } as const
  const object = await usableKey(scope, request.uniqueIdentifier, use)
  const uniqueIdentifier = object.identifier
  if (object.walletKey !== undefined) {
    const signatureData = await signByWallet(scope, object.walletKey, request)
    scope.batch.madeData('SignSignatureData', signatureData)
    return { uniqueIdentifier, signatureData }
  }
  const part = streamed(scope, request, request)
  if (part.correlationValue !== undefined) {
    return { uniqueIdentifier, correlationValue: part.correlationValue }
  }
  await spendUse(scope, object, part.data.length)
  const parameters = parametersOf(object, part.first.cryptographicParameters)
  const given = { data: part.data, digest: part.first.digestedData }
  const signatureData = await withSigningKey(scope, object, (key) =>
    key.sign(scope, parameters, given),
  )
  scope.batch.madeData('SignSignatureData', signatureData)
  return { uniqueIdentifier, signatureData }
})
