/** `key.export`: a rule must allow it, owners grant it; the secret leaves by `export.fetch`. */
import { accept } from '@holdfast/base/errors'
import { judgeOwner } from '../changes/owners.ts'
import { submitChange } from '../changes/submit-change.ts'
import { authorise } from '../credentials/authorise.ts'
import type { Run } from './call.ts'

/** Refusals: of the judge, of `judgeOwner` and of `submitChange`. */
export const keyExport: Run<'key.export'> = (context, call) =>
  submitChange(context, call, (entry) => {
    const allowed = authorise(context, entry, call, {
      purpose: 'change',
      question: { operation: 'key.export' },
    })
    if (!allowed.ok) return allowed
    const owner = judgeOwner(context, entry, call)
    return owner.ok ? accept({ immediate: false }) : owner
  })
