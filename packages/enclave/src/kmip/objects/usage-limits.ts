/** Usage limits (KMIP 2.1 §7.40): what protects data takes from them. */
import { failWith } from '../failure.ts'
import type { Scope } from '../scope.ts'
import type { KmipObject } from '../workspace.ts'
import { valueOf, withValues } from './attributes.ts'

/** Takes so much from the limits; refuses where less is left. */
export const spend = async (scope: Scope, object: KmipObject, amount: bigint): Promise<void> => {
  const limits = valueOf(object.attributes, 'UsageLimits')
  if (limits === undefined) return
  const left = limits.usageLimitsCount ?? limits.usageLimitsTotal
  if (amount < 0n) failWith('InvalidField', 'usage is not negative')
  if (left < amount) failWith('PermissionDenied', 'the usage limits leave less')
  const value = { ...limits, usageLimitsCount: left - amount }
  await scope.work.update(object, withValues(object.attributes, { UsageLimits: value }))
}

/** What one use of so many bytes takes. */
export const spendUse = async (scope: Scope, object: KmipObject, bytes: number): Promise<void> => {
  const unit = valueOf(object.attributes, 'UsageLimits')?.usageLimitsUnit
  await spend(scope, object, unit === 'Object' ? 1n : BigInt(bytes))
}
