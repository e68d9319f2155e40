/**
 * What this incarnation has taken from its blocks, by request: it alone gives back to them, and
 * once, so that a store that was put back and a node that began anew have nothing to refund.
 */
import type { WalletId } from '@holdfast/base/ids'
import { refundableChargesMax } from '../limits.ts'
import type { Counted } from './charge.ts'
import type { Taken } from './count-table.ts'
import type { CounterContext } from './counter-context.ts'
import { giveBack } from './take.ts'

/** What was taken for a request and written down. */
export const noteRefundable = (
  { table }: Pick<CounterContext, 'table'>,
  wallet: WalletId,
  key: string,
  taken: readonly Taken[],
): void => {
  if (taken.length === 0) return
  const { refundable } = table.memory(wallet)
  refundable.set(key, [...(refundable.get(key) ?? []), ...taken])
  const [oldest] = refundable.keys()
  if (refundable.size > refundableChargesMax && oldest !== undefined) refundable.delete(oldest)
}

/** Gives back what another zone has counted for the same request, as far as this one has it. */
export const refundCharge = (
  context: Pick<CounterContext, 'table'>,
  wallet: WalletId,
  key: string,
  theirs: readonly Counted[],
): void => {
  const { refundable } = context.table.memory(wallet)
  const kept: Taken[] = []
  for (const taken of refundable.get(key) ?? []) {
    const isTheirs = theirs.some(
      ({ counter, window, amount }) =>
        counter === taken.counter.id && window === taken.window && BigInt(amount) >= taken.amount,
    )
    if (isTheirs) giveBack(context, wallet, taken)
    else kept.push(taken)
  }
  if (kept.length > 0) refundable.set(key, kept)
  else refundable.delete(key)
}
