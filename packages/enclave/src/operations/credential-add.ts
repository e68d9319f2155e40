/** `credential.add`: new keys prove themselves, then owners authorise the bytes that name them. */
import { accept, type Result, refuse } from '@holdfast/base/errors'
import { submitChange } from '../changes/submit-change.ts'
import type { CoreContext } from '../context.ts'
import { authorise } from '../credentials/authorise.ts'
import { signsRequests } from '../credentials/signs-requests.ts'
import { verifyProofs } from '../credentials/verify-proofs.ts'
import type { Call, Run } from './call.ts'

type AddCall = Call<'credential.add'>

/** A request that owners and new keys signed: each purpose is judged for itself. */
const only = (call: AddCall, purpose: 'change' | 'enrol'): AddCall => ({
  ...call,
  authorisations: call.authorisations.filter(
    (one) => (one.purpose === 'enrol') === (purpose === 'enrol'),
  ),
})

const checkEnrolment = (context: CoreContext, call: AddCall): Result<void> => {
  const { credentials } = call.request
  const proofs = verifyProofs({
    crypto: context.crypto,
    credentials: new Map(credentials.map((credential) => [credential.id, credential])),
    purpose: 'enrol',
    request: call.bytes,
    authorisations: only(call, 'enrol').authorisations,
    passkeys: context.passkeys,
    nowMs: context.clock.nowMs(),
  })
  if (!proofs.ok) return proofs
  const proved = new Set(proofs.value.map((proof) => proof.credential))
  const silent = credentials.find(({ kind, id }) => signsRequests(kind) && !proved.has(id))
  return silent === undefined
    ? accept(undefined)
    : refuse('unauthenticated', 'a new credential does not prove its key', silent.id)
}

/** Refusals: of the judge, of `checkPersons` and of `submitChange`, `unauthenticated`. */
export const credentialAdd: Run<'credential.add'> = async (context, call) => {
  const held = await context.wallets.read(call.request.wallet)
  if (held === undefined) return refuse('not_here', 'this zone does not hold the wallet')
  const allowed = authorise(context, held, only(call, 'change'), {
    purpose: 'change',
    question: { operation: 'credential.add' },
  })
  if (!allowed.ok) return allowed
  const owners = held.wallet.persons.filter((person) => person.owner).map((person) => person.id)
  if (!allowed.value.persons.some((person) => owners.includes(person))) {
    return refuse('policy_denied', 'an owner must authorise new credentials', allowed.value.rule)
  }
  const enrolled = checkEnrolment(context, call)
  if (!enrolled.ok) return enrolled
  // The owners' proofs alone are counted: a key that enrols itself authorises nothing.
  return submitChange(context, only(call, 'change'), () => accept({ immediate: false }))
}
