/** Validate (KMIP 2.1 §6.1.57): whether certificates form one chain that is good at a moment. */
import type { Bytes } from '@holdfast/base/bytes'
import { failWith } from '../failure.ts'
import { handler, livingObjectOf, type Scope } from '../scope.ts'

const chainMax = 16

/**
 * From the one that is signed by itself each signs the next, and may: its authority is its own word
 * (RFC 5280 §6.1.4, k). All of them are one line.
 */
const isChain = ({ crypto }: Scope, certificates: readonly Bytes[]): boolean => {
  const [root, ...others] = certificates.filter((one) => crypto.isSignedBy(one, one))
  if (root === undefined || others.length > 0) return false
  let issuer = root
  let rest = certificates.filter((one) => one !== root)
  while (rest.length > 0) {
    const signer = issuer
    const [next, ...more] = rest.filter((one) => crypto.isSignedBy(one, signer))
    if (next === undefined || more.length > 0) return false
    if (!crypto.readCertificate(signer).isAuthority) return false
    issuer = next
    rest = rest.filter((one) => one !== next)
  }
  return true
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
