/** What another zone says was cancelled, and this one may have forgotten or never heard. */
import { type Result, refuse } from '@holdfast/base/errors'
import type { CoreContext } from '../core/context.ts'
import type { Cancellation } from './cancelled-table.ts'
import { refreshCancelled, storeCancellation } from './store-cancellation.ts'

/** Refuses `placement_mismatch`, and as `storeCancellation`. */
export const learnCancelled = (context: CoreContext, next: Cancellation): Promise<Result<void>> =>
  context.changes.alone(next.wallet, async () => {
    if (!next.zones.includes(context.zone)) {
      return refuse('placement_mismatch', 'the placement of the wallet does not name this zone')
    }
    const stored = await storeCancellation(context, next)
    if (stored.ok || stored.refusal.code !== 'conflict') return stored
    await refreshCancelled(context, next.wallet)
    return storeCancellation(context, next)
  })
