/** Check (KMIP 2.1 §6.1.7): may the object be used so; what may not is named in the answer. */
import { failWith } from '../failure.ts'
import { valueOf } from '../objects/attributes.ts'
import { handler, livingObjectOf } from '../scope.ts'

export const check = handler('Check', async (scope, request) => {
  const object = await livingObjectOf(scope, request.uniqueIdentifier)
  const { usageLimitsCount: count, cryptographicUsageMask: mask, leaseTime } = request
  const own = valueOf(object.attributes, 'CryptographicUsageMask') ?? 0
  if (mask !== undefined && (own & mask) !== mask) {
    failWith('IncompatibleCryptographicUsageMask', 'the object may not be used so')
  }
  const left = valueOf(object.attributes, 'UsageLimits')?.usageLimitsCount
  if (count !== undefined && left !== undefined && left < count) {
    failWith('UsageLimitExceeded', 'the usage limits leave less')
  }
  if (leaseTime !== undefined && leaseTime > scope.facts.leaseSeconds) {
    failWith('PermissionDenied', 'no lease is so long')
  }
  return { uniqueIdentifier: object.identifier }
})
