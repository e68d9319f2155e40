/** Validate (KMIP 2.1 §6.1.57): whether certificates form one chain that is good at a moment. */
import type { Bytes } from '@holdfast/base/bytes'
import { failWith } from '../failure.ts'
import { handler, livingObjectOf, type Scope } from '../scope.ts'

const chainMax = 16

/** Each certificate is issued by another of them or by itself, and one of them by itself. */
const isChain = (scope: Scope, certificates: readonly Bytes[]): boolean => {
  const isSigned = (child: Bytes, issuer: Bytes): boolean => scope.crypto.isSignedBy(child, issuer)
  const roots = certificates.filter((one) => isSigned(one, one))
  return (
    roots.length === 1 &&
    certificates.every((child) => certificates.some((issuer) => isSigned(child, issuer)))
  )
}

export const validate = handler('Validate', async (scope, request) => {
  const certificates = (request.certificates ?? []).map(({ certificateValue }) => certificateValue)
  for (const reference of request.uniqueIdentifiers ?? []) {
    const value = await scope.work.payload(await livingObjectOf(scope, reference))
    if (value.type !== 'Certificate') return failWith('InvalidObjectType', 'not a certificate')
    certificates.push(value.value.certificateValue)
  }
  if (certificates.length === 0) failWith('InvalidMessage', 'there is no certificate')
  if (certificates.length > chainMax) failWith('InvalidField', 'too many certificates')
  const ms = Number(request.validityDate ?? scope.now) * 1000
  const isTimely = certificates.every((certificate) => {
    const { validFromMs, validToMs } = scope.crypto.readCertificate(certificate)
    return validFromMs <= ms && ms <= validToMs
  })
  const isValid = isTimely && isChain(scope, certificates)
  return { validityIndicator: isValid ? 'Valid' : 'Invalid' }
})
