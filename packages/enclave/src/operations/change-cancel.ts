/** `change.cancel`: any owner, at any zone that holds the wallet, while the change waits. */
import { refuse } from '@holdfast/base/errors'
import { formatTimestamp } from '@holdfast/base/time'
import { judgeOwner } from '../changes/owners.ts'
import { markIdOf } from '../marks/mark-id.ts'
import { putMark } from '../marks/put-mark.ts'
import type { Run } from './call.ts'

/**
 * Refusals: `unauthenticated`, `bad_proof`, `policy_denied`, `not_here`, `unknown` where no such
 * change waits, of `putMark`. The answer's `final` says whether a majority has it in time.
 */
export const changeCancel: Run<'change.cancel'> = (context, call) => {
  const { wallet, change } = call.request
  return context.changes.alone(wallet, async () => {
    const entry = await context.wallets.read(wallet)
    if (entry === undefined) return refuse('not_here', 'this zone does not hold the wallet')
    const owner = judgeOwner(context, entry, call)
    if (!owner.ok) return owner
    const before = context.marks
      .of(wallet)
      .find((mark) => mark.type === 'cancel' && mark.change === change)
    const waits = entry.wallet.pending?.some(({ request }) => request === change) === true
    if (!waits && before === undefined) return refuse('unknown', 'no such change waits here')
    const said = { type: 'cancel', person: owner.value, zone: context.zone } as const
    const id = markIdOf(context.crypto, call.bytes, said)
    const at = formatTimestamp(context.clock.nowMs())
    return putMark(context, entry, call, before ?? { ...said, id, change, at })
  })
}
