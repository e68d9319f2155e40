/** New credentials prove that they hold their keys, over the bytes that name them. */
import { accept, type Result, refuse } from '@holdfast/base/errors'
import type { CoreContext } from '../context.ts'
import type { Call } from '../operations/call.ts'
import { signsRequests } from './signs-requests.ts'
import { verifyProofs } from './verify-proofs.ts'

type EnrolCall = Call<'credential.add'> | Call<'wallet.recover'>

/** A request that owners and new keys signed: each purpose is judged for itself. */
export const onlyFor = <Of extends EnrolCall>(call: Of, purpose: 'change' | 'enrol'): Of => ({
  ...call,
  authorisations: call.authorisations.filter(
    (one) => (one.purpose === 'enrol') === (purpose === 'enrol'),
  ),
})

/** Every key that the wallet will trust proves itself. Refuses `unauthenticated`, `bad_proof`. */
export const checkNewCredentials = (context: CoreContext, call: EnrolCall): Result<void> => {
  const { credentials } = call.request
  const proofs = verifyProofs({
    crypto: context.crypto,
    credentials: new Map(credentials.map((credential) => [credential.id, credential])),
    purpose: 'enrol',
    request: call.bytes,
    authorisations: onlyFor(call, 'enrol').authorisations,
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
