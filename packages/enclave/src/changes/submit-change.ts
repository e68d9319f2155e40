/**
 * How every change of a wallet's rules comes in: what tightens takes effect at once; what loosens
 * needs the owners' quorum, and waits in the document for its delay (DESIGN §6).
 */
import type { WalletAnswer } from '@holdfast/base/answers'
import { toBase64Url, toHex } from '@holdfast/base/bytes'
import { accept, type Result, refuse } from '@holdfast/base/errors'
import type { CredentialId } from '@holdfast/base/ids'
import { pendingChangeBytesMax, pendingChangesMax } from '@holdfast/base/limits'
import { formatTimestamp } from '@holdfast/base/time'
import type { CoreContext } from '../core/context.ts'
import { gatherProofs } from '../credentials/authorise.ts'
import { checkUnfrozen } from '../marks/check-unfrozen.ts'
import type { AnyCall } from '../operations/call.ts'
import type { WalletEntry } from '../wallets/wallet-entry.ts'
import { advance, whileFrozen } from './advance-changes.ts'
import { buildChange, type ChangeRequest } from './builders.ts'
import { answerChange, changeWallet, isOf, type WalletChange } from './change-wallet.ts'
import { checkDeciders, deciderCredentials, termsOf } from './deciders.ts'
import { policyHash } from './policy-hash.ts'

export type ChangeCall = AnyCall & { readonly request: ChangeRequest }

const record = (
  context: CoreContext,
  entry: WalletEntry,
  call: ChangeCall,
  credentials: readonly CredentialId[],
): Result<WalletChange> => {
  const { crypto, clock } = context
  const { pending = [], policy } = entry.wallet
  if (pending.length >= pendingChangesMax) {
    return refuse('limit_reached', 'as many changes wait as may: cancel one')
  }
  if (call.bytes.length > pendingChangeBytesMax) {
    return refuse('too_large', 'a change that must wait has at most 64 KiB')
  }
  const change = {
    request: toHex(crypto.sha256(call.bytes)),
    bytes: toBase64Url(call.bytes),
    credentials: [...credentials],
    policy: policyHash(crypto, policy),
    recordedAt: formatTimestamp(clock.nowMs()),
  }
  return accept({ pending: [...pending, change] })
}

const loosen = async (
  context: CoreContext,
  entry: WalletEntry,
  call: ChangeCall,
): Promise<Result<WalletAnswer>> => {
  if (!whileFrozen(call.request)) {
    const unfrozen = checkUnfrozen(context, entry)
    if (!unfrozen.ok) return unfrozen
  }
  const proofs = gatherProofs(context, entry, call, 'change')
  if (!proofs.ok) return proofs
  const { operation } = call.request
  const credentials = deciderCredentials(entry, proofs.value, operation)
  const enough = checkDeciders(entry, credentials, operation)
  if (!enough.ok) return enough
  // What could not take effect is refused now rather than after the delay.
  const hash = toHex(context.crypto.sha256(call.bytes))
  const built = buildChange(context, entry, call.request, hash)
  if (!built.ok) return built
  const { delayMs } = termsOf(entry, operation)
  if (delayMs === 0) return changeWallet(context, entry, call, async () => built)
  const recorded = await changeWallet(context, entry, call, async () =>
    record(context, entry, call, credentials),
  )
  if (!recorded.ok) return recorded
  await advance(context, entry.wallet.id)
  const current = await context.wallets.read(entry.wallet.id)
  return current === undefined ? recorded : answerChange(context, current, call)
}

/**
 * `judge` says who may ask, and whether it takes effect at once: for a change that tightens and for
 * one's own revocation. It is asked of the very document that is then changed. Refusals: its own,
 * `frozen`, `quorum_not_met`, `limit_reached`, of `gatherProofs`, of the builder and of
 * `changeWallet`.
 */
export const submitChange = (
  context: CoreContext,
  call: ChangeCall,
  judge: (entry: WalletEntry) => Result<{ readonly immediate: boolean }>,
): Promise<Result<WalletAnswer>> => {
  const id = call.request.wallet
  return context.changes.alone(id, async () => {
    const entry = await context.wallets.read(id)
    if (entry === undefined) return refuse('not_here', 'this zone does not hold the wallet')
    const hash = toHex(context.crypto.sha256(call.bytes))
    const waits = entry.wallet.pending?.some(({ request }) => request === hash) === true
    if (waits || isOf(context, entry, call)) return answerChange(context, entry, call)
    const judged = judge(entry)
    if (!judged.ok) return judged
    if (!judged.value.immediate) return loosen(context, entry, call)
    return changeWallet(context, entry, call, async () =>
      buildChange(context, entry, call.request, hash),
    )
  })
}
