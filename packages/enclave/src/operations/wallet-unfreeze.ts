/** `wallet.unfreeze`: lifts freezes, which loosens: the owners' quorum, after the delay. */
import { accept } from '@holdfast/base/errors'
import { judgeOwner } from '../changes/owners.ts'
import { submitChange } from '../changes/submit-change.ts'
import type { Run } from './call.ts'

/** Refusals: of `judgeOwner` and of `submitChange`. */
export const walletUnfreeze: Run<'wallet.unfreeze'> = (context, call) =>
  submitChange(context, call, (entry) => {
    const owner = judgeOwner(context, entry, call)
    return owner.ok ? accept({ immediate: false }) : owner
  })
