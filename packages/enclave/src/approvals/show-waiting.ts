/** A request that waits as people see it: what it would do, who has spoken, what became of it. */
import type { Approval, ApprovalLine, ApprovalState, Said } from '@holdfast/base/approval'
import { fromUtf8, toBase64Url } from '@holdfast/base/bytes'
import { parseTimestamp } from '@holdfast/base/time'
import type { CoreContext } from '../core/context.ts'
import type { WalletEntry } from '../wallets/wallet-entry.ts'
import { callOf } from './call-of.ts'
import type { Decision, WaitEntry } from './wait-entry.ts'
import { outlookOf } from './waitable.ts'

const saidOf = ({ person, credential, at }: Decision): Said => ({ person, credential, at })

/** Expired by the late end of the agreed time; without agreement it is only shown as waiting. */
export const stateOf = (
  context: CoreContext,
  { wallet }: WalletEntry,
  { state, expiresAt }: WaitEntry,
): ApprovalState => {
  if (state !== 'waiting') return state
  const now = context.time.now(wallet.placement.zones)
  return now.ok && parseTimestamp(expiresAt) <= now.value.latestMs ? 'expired' : 'waiting'
}

export const lineOf = (
  context: CoreContext,
  wallet: WalletEntry,
  entry: WaitEntry,
): ApprovalLine => ({
  wallet: entry.wallet,
  request: entry.request,
  operation: entry.operation,
  state: stateOf(context, wallet, entry),
  takenAt: entry.takenAt,
  expiresAt: entry.expiresAt,
})

export const showWaiting = (
  context: CoreContext,
  wallet: WalletEntry,
  entry: WaitEntry,
): Approval => {
  const { needs, decoded } = outlookOf(context, wallet, callOf(context, entry))
  return {
    ...lineOf(context, wallet, entry),
    bytes: toBase64Url(entry.bytes),
    ...(decoded === undefined ? {} : { decoded }),
    needs: [...needs],
    approved: entry.approved.map(saidOf),
    rejected: entry.rejected.map(saidOf),
    ...(entry.answer === undefined
      ? {}
      : { answer: JSON.parse(fromUtf8(entry.answer)) as NonNullable<Approval['answer']> }),
    ...(entry.code === undefined ? {} : { code: entry.code }),
  }
}
