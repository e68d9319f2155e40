/** New credentials prove that they hold their keys, over the bytes that name them. */
import { accept, type Result, refuse } from '@holdfast/base/errors'
import type { Credential } from '@holdfast/base/wallet'
import type { CoreContext } from '../core/context.ts'
import type { AnyCall, Call } from '../operations/call.ts'
import type { WalletEntry } from '../wallets/wallet-entry.ts'
import { checkTicketKeys } from './password/check-ticket-keys.ts'
import { signsRequests } from './signs-requests.ts'
import { verifyProofs } from './verify-proofs.ts'

type EnrolCall = Call<'credential.add'> | Call<'password.change'> | Call<'wallet.recover'>

/** A request that owners and new keys signed: each purpose is judged for itself. */
export const onlyFor = <Of extends EnrolCall>(call: Of, purpose: 'change' | 'enrol'): Of => ({
  ...call,
  authorisations: call.authorisations.filter(
    (one) => (one.purpose === 'enrol') === (purpose === 'enrol'),
  ),
})

/** Refusals: of `verifyProofs`; `unauthenticated` where a key stays silent. */
const proveThemselves = (
  context: CoreContext,
  { bytes, authorisations }: Pick<AnyCall, 'bytes' | 'authorisations'>,
  credentials: readonly Credential[],
): Result<void> => {
  const proofs = verifyProofs({
    crypto: context.crypto,
    credentials: new Map(credentials.map((credential) => [credential.id, credential])),
    purpose: 'enrol',
    request: bytes,
    authorisations,
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

/** Of a wallet that is made. Refusals: of `proveThemselves`, `unsupported`. */
export const checkFirstCredentials = (
  context: CoreContext,
  call: Call<'wallet.create'>,
): Result<void> => {
  const { credentials } = call.request
  const early = credentials.find(({ kind }) => kind === 'password')
  if (early !== undefined) {
    return refuse('unsupported', 'a password is added to a wallet that exists', early.id)
  }
  return proveThemselves(context, call, credentials)
}

/**
 * Whatever a wallet is to trust besides, whoever asks for it: each proves its key, and a password
 * names the tickets of the wallet's own enclaves. What the builder of the change checks comes on
 * top (`checkPersons`). Refusals: of `proveThemselves` and of `checkTicketKeys`.
 */
export const checkNewCredentials = async (
  context: CoreContext,
  entry: WalletEntry,
  call: EnrolCall,
  credentials: readonly Credential[],
): Promise<Result<void>> => {
  const proved = proveThemselves(context, onlyFor(call, 'enrol'), credentials)
  return proved.ok ? checkTicketKeys(context, entry, credentials) : proved
}
