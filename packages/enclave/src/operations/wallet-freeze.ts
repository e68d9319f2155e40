/** `wallet.freeze`: any owner, at any zone that holds the wallet; nothing is asked of the home. */
import { refuse } from '@holdfast/base/errors'
import { frozenBy } from '@holdfast/base/mark'
import { formatTimestamp } from '@holdfast/base/time'
import { judgeOwner } from '../changes/owners.ts'
import { markIdOf } from '../marks/mark-id.ts'
import { putMark } from '../marks/put-mark.ts'
import type { Run } from './call.ts'

/** Refusals: of `judgeOwner` and `putMark`, `not_here`, `conflict` for bytes that were lifted. */
export const walletFreeze: Run<'wallet.freeze'> = async (context, call) => {
  const entry = await context.wallets.read(call.request.wallet)
  if (entry === undefined) return refuse('not_here', 'this zone does not hold the wallet')
  const owner = judgeOwner(context, entry, call)
  if (!owner.ok) return owner
  // Whoever has frozen it already only has it spread again.
  const before = frozenBy(context.marks.of(entry.wallet.id), entry.wallet)
  const own = before.find(({ person, zone }) => person === owner.value && zone === context.zone)
  const said = { type: 'freeze', person: owner.value, zone: context.zone } as const
  const id = markIdOf(context.crypto, call.bytes, said)
  if (entry.wallet.lifted?.includes(id) === true) {
    return refuse('conflict', 'this freeze was lifted: a new request freezes anew')
  }
  const at = formatTimestamp(context.clock.nowMs())
  return putMark(context, entry, call, own ?? { ...said, id, at })
}
