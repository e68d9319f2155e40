/** `session.authenticate`: a credential proves itself once for this sealed session. */
import type { SessionAnswer } from '@holdfast/base/answers'
import { equalBytes, fromHex } from '@holdfast/base/bytes'
import { accept, type Result, refuse } from '@holdfast/base/errors'
import type { CredentialId, WalletId } from '@holdfast/base/ids'
import { formatTimestamp } from '@holdfast/base/time'
import type { CoreContext } from '../core/context.ts'
import { verifyProofs } from '../credentials/verify-proofs.ts'
import type { Call, Run } from './call.ts'

/** Every credential that signed must belong to every wallet that the session speaks for. */
const verifyFor = async (
  context: CoreContext,
  call: Call<'session.authenticate'>,
  wallet: WalletId,
): Promise<Result<readonly CredentialId[]>> => {
  const entry = await context.wallets.read(wallet)
  if (entry === undefined) return refuse('not_here', 'this zone does not hold the wallet', wallet)
  const proofs = verifyProofs({
    crypto: context.crypto,
    credentials: entry.credentials,
    purpose: 'session',
    request: call.bytes,
    authorisations: call.authorisations,
    passkeys: context.passkeys,
    nowMs: context.clock.nowMs(),
  })
  return proofs.ok ? accept(proofs.value.map((proof) => proof.credential)) : proofs
}

/** Refusals: `unknown_session`, `bad_proof`, `unauthenticated`, `not_here`. */
export const sessionAuthenticate: Run<'session.authenticate'> = async (context, call) => {
  const { session, request } = call
  if (session === undefined) {
    return refuse('unknown_session', 'this request belongs into a sealed session')
  }
  if (!equalBytes(fromHex(request.handshake), session.channel.handshakeHash)) {
    return refuse('bad_proof', 'the proof is for another session')
  }
  if (call.authorisations.length === 0) {
    return refuse('unauthenticated', 'no credential signed for the session')
  }
  let credentials: readonly CredentialId[] = []
  for (const wallet of request.wallets) {
    const verified = await verifyFor(context, call, wallet)
    if (!verified.ok) return verified
    credentials = verified.value
  }
  session.authenticated = {
    credentials,
    wallets: request.wallets,
    expiresAtMs: session.expiresAtMs,
  }
  const answer: SessionAnswer = {
    expiresAt: formatTimestamp(session.expiresAtMs),
    node: context.self,
  }
  return accept(answer)
}
