/** `placement.change`: other zones hold the wallet, by its owners' quorum and after its delay. */
import type { WalletAnswer } from '@holdfast/base/answers'
import { accept, refuse } from '@holdfast/base/errors'
import type { Wallet } from '@holdfast/base/wallet'
import { judgeOwner } from '../changes/owners.ts'
import { submitChange } from '../changes/submit-change.ts'
import { advancePlacement } from '../placement/advance-placement.ts'
import { reaches } from '../placement/reaches.ts'
import type { Run } from './call.ts'

/** It is at its end when both placements have agreed and the zones that left have erased it. */
const stateOf = (
  { moved, placement }: Wallet,
  durability: WalletAnswer['durability'],
): WalletAnswer['durability'] => {
  const leaving = (moved?.from ?? []).filter((zone) => !placement.zones.includes(zone))
  const open = [...leaving, ...(moved?.left ?? [])]
  if (moved?.from === undefined && open.length === 0) return durability
  const missing = [...new Set([...durability.missing, ...open])]
  return { ...durability, state: 'pending', missing }
}

/**
 * Refusals: of `judgeOwner` and of `submitChange`; `unreachable` where too few of the new zones
 * could agree. The answer says `pending`, and which zones have yet to hold it or to erase it.
 */
export const placementChange: Run<'placement.change'> = async (context, call) => {
  const { wallet: id, placement } = call.request
  const submitted = await submitChange(context, call, (entry) => {
    const owner = judgeOwner(context, entry, call)
    if (!owner.ok) return owner
    const reachable = reaches(context, placement)
    return reachable.ok ? accept({ immediate: false }) : reachable
  })
  if (!submitted.ok) return submitted
  return context.changes.alone(id, async () => {
    await advancePlacement(context, id)
    const entry = await context.wallets.read(id)
    if (entry === undefined) return refuse('not_here', 'this zone does not hold the wallet')
    const durability = await context.replicator.confirm(entry)
    return accept({
      ...submitted.value,
      wallet: entry.wallet,
      durability: stateOf(entry.wallet, durability),
    })
  })
}
