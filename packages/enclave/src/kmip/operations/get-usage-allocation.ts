/** Get Usage Allocation (KMIP 2.1 §6.1.23). */

import { spend } from '../objects/usage-limits.ts'
import { handler, livingObjectOf } from '../scope.ts'

export const getUsageAllocation = handler('GetUsageAllocation', async (scope, request) => {
  const object = await livingObjectOf(scope, request.uniqueIdentifier)
  await spend(scope, object, request.usageLimitsCount)
  return { uniqueIdentifier: object.identifier }
})
