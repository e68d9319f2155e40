/** `policy.change`: tighter at once by one owner; looser by the owners' quorum after its delay. */
import { accept } from '@holdfast/base/errors'
import { tightens } from '@holdfast/base/policies/compare'
import { judgeOwner } from '../changes/owners.ts'
import { submitChange } from '../changes/submit-change.ts'
import type { Run } from './call.ts'

/** Refusals: of `judgeOwner` and of `submitChange`. */
export const policyChange: Run<'policy.change'> = (context, call) =>
  submitChange(context, call, (entry) => {
    const owner = judgeOwner(context, entry, call)
    if (!owner.ok) return owner
    return accept({ immediate: tightens(entry.wallet.policy, call.request.policy) })
  })
