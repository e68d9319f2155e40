/** Whether what a credential may do at most covers an operation. */
import type { AccountId } from '@holdfast/base/ids'
import type { policyOperations } from '@holdfast/base/policy'
import type { CredentialScope } from '@holdfast/base/wallet'

type Operation = (typeof policyOperations)[number]

/** What a scope means that names accounts and no operations. */
const accountOperations: readonly Operation[] = ['sign', 'wallet.show']

/** Without a scope: everything. A signature without an account is outside of any accounts. */
export const isWithin = (
  scope: CredentialScope | undefined,
  operation: Exclude<Operation, '*'>,
  account: AccountId | undefined,
): boolean => {
  if (scope === undefined) return true
  const { accounts } = scope
  const operations = scope.operations ?? (accounts === undefined ? ['*'] : accountOperations)
  if (!operations.includes('*') && !operations.includes(operation)) return false
  if (accounts === undefined || operation !== 'sign') return true
  return account !== undefined && accounts.includes(account)
}
