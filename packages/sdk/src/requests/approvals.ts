/** Builds `approval.…`: what waits for persons, and their word on it. */
import {
  type ApprovalAnswer,
  type ApprovalListAnswer,
  approvalAnswer,
  approvalListAnswer,
} from '@holdfast/base/answers'
import type { Authorisation } from '@holdfast/base/authorisation'
import type { WalletId } from '@holdfast/base/ids'
import { type Header, mustMatch, type Prepared, prepare } from './prepared.ts'

/** A request that waits, by the hash of its bytes. */
export type Waiting = { readonly wallet: WalletId; readonly request: string }

const observed =
  ({ wallet, request }: Waiting): Prepared<ApprovalAnswer>['observe'] =>
  ({ approval }) => {
    mustMatch(approval.wallet, wallet)
    mustMatch(approval.request, request)
    return undefined
  }

export const listApprovals = (
  wallet: WalletId,
  { header }: { readonly header: Header },
): Prepared<ApprovalListAnswer> =>
  prepare({ operation: 'approval.list', ...header, wallet }, approvalListAnswer)

export const showApproval = (
  waiting: Waiting,
  { header }: { readonly header: Header },
): Prepared<ApprovalAnswer> =>
  prepare({ operation: 'approval.show', ...header, ...waiting }, approvalAnswer, observed(waiting))

/** `proofs` are over the waiting request's own bytes: this one needs none. */
export const decideApproval = (
  word: 'approve' | 'reject',
  waiting: Waiting,
  { header, proofs }: { readonly header: Header; readonly proofs: readonly Authorisation[] },
): Prepared<ApprovalAnswer> => ({
  ...prepare(
    { operation: `approval.${word}`, ...header, ...waiting, proofs: [...proofs] },
    approvalAnswer,
    observed(waiting),
  ),
  unproved: true,
})
