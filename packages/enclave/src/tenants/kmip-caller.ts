/** Which wallet a KMIP client speaks for: the one that lists its certificate's key, now. */
import type { Bytes } from '@holdfast/base/bytes'
import { toHex } from '@holdfast/base/bytes'
import { credentialIdInput } from '@holdfast/base/credential-id'
import { accept, type Result, refuse } from '@holdfast/base/errors'
import { CredentialId } from '@holdfast/base/ids'
import type { CoreContext } from '../core/context.ts'
import { isExpired } from '../credentials/verify-proofs.ts'
import { checkUnfrozen } from '../marks/check-unfrozen.ts'
import { evaluate } from '../policy/evaluate.ts'
import type { CertificateHolder } from './certificate-holder.ts'
import { findElsewhere } from './relay-kmip.ts'

type Context = Pick<CoreContext, 'acknowledged' | 'crypto' | 'clock' | 'marks' | 'wallets'>

/**
 * Judged anew for every message: a credential that was removed ends with the wallet's version that
 * removed it. Refusals: `unauthenticated`, `frozen`, `policy_denied`, `pending`.
 */
export const checkHolder = async (
  context: Context,
  { tenant, credential: id }: CertificateHolder,
): Promise<Result<void>> => {
  const entry = await context.wallets.read(tenant)
  const credential = entry?.credentials.get(id)
  const gone = credential === undefined || isExpired(credential, context.clock.nowMs())
  if (entry === undefined || gone || credential.kind !== 'tls-certificate') {
    return refuse('unauthenticated', 'no wallet lists the key of this certificate')
  }
  const unfrozen = checkUnfrozen(context, entry)
  if (!unfrozen.ok) return unfrozen
  const { person, kind } = credential
  const allowed = evaluate(entry.wallet.policy, {
    operation: 'kmip',
    proofs: [{ person, credential: id, kind, over: 'session' }],
  })
  if (!allowed.ok) return allowed
  return context.acknowledged.waits(tenant)
    ? refuse('pending', 'too few zones hold the wallet yet')
    : accept(undefined)
}

/** The tenant in this zone that lists a credential. Refuses as `checkHolder`. */
export const holderHere = async (
  context: Context,
  credential: CredentialId,
): Promise<Result<CertificateHolder>> => {
  let refused: Result<never> = refuse(
    'unauthenticated',
    'no wallet lists the key of this certificate',
  )
  for (const tenant of context.wallets.ofCredential(credential)) {
    const holder = { tenant, credential }
    const checked = await checkHolder(context, holder)
    if (checked.ok) return accept(holder)
    refused = checked
  }
  return refused
}

/**
 * The tenant of a certificate's key (SubjectPublicKeyInfo), here or in another zone. Refuses as
 * `checkHolder`.
 */
export const findHolder = async (
  context: CoreContext,
  publicKey: Bytes,
): Promise<Result<CertificateHolder>> => {
  const { crypto, wallets } = context
  const keyHash = toHex(crypto.sha256(publicKey))
  const input = credentialIdInput({ kind: 'tls-certificate', keyHash })
  const credential = CredentialId.of(crypto.sha256(input).subarray(0, 16))
  return wallets.ofCredential(credential).length > 0
    ? holderHere(context, credential)
    : findElsewhere(context, credential)
}
