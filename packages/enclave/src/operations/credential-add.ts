/** `credential.add`: new keys prove themselves, then owners authorise the bytes that name them. */
import { accept, refuse } from '@holdfast/base/errors'
import { submitChange } from '../changes/submit-change.ts'
import { authorise } from '../credentials/authorise.ts'
import { checkNewCredentials, onlyFor } from '../credentials/check-new-credentials.ts'
import type { Run } from './call.ts'

/** Refusals: of the judge, of `checkPersons` and of `submitChange`, of `checkNewCredentials`. */
export const credentialAdd: Run<'credential.add'> = async (context, call) => {
  const held = await context.wallets.read(call.request.wallet)
  if (held === undefined) return refuse('not_here', 'this zone does not hold the wallet')
  const allowed = authorise(context, held, onlyFor(call, 'change'), {
    purpose: 'change',
    question: { operation: 'credential.add' },
  })
  if (!allowed.ok) return allowed
  const owners = held.wallet.persons.filter((person) => person.owner).map((person) => person.id)
  if (!allowed.value.persons.some((person) => owners.includes(person))) {
    return refuse('policy_denied', 'an owner must authorise new credentials', allowed.value.rule)
  }
  const enrolled = await checkNewCredentials(context, held, call, call.request.credentials)
  if (!enrolled.ok) return enrolled
  // The owners' proofs alone are counted: a key that enrols itself authorises nothing.
  return submitChange(context, onlyFor(call, 'change'), () => accept({ immediate: false }))
}
