/** `placement.give-up`: the owners' quorum lets one of two zones decide without the other. */
import { toHex } from '@holdfast/base/bytes'
import { accept, type Result, refuse } from '@holdfast/base/errors'
import { decided, personsOf } from '../audit/decided.ts'
import { answerChange, isOf } from '../changes/change-wallet.ts'
import { judgeOwners } from '../changes/judge-owners.ts'
import type { CoreContext } from '../core/context.ts'
import { goAlone } from '../placement/go-alone.ts'
import type { WalletEntry } from '../wallets/wallet-entry.ts'
import type { Call, Run } from './call.ts'

type GiveUp = Call<'placement.give-up'>

const giveUp = async (
  context: CoreContext,
  entry: WalletEntry,
  call: GiveUp,
): Promise<Result<WalletEntry>> => {
  if (isOf(context, entry, call)) return accept(entry)
  // No delay: nobody is left to agree on the time.
  const allowed = judgeOwners(context, entry, call)
  if (!allowed.ok) return allowed
  const { base, zone } = call.request
  const { epoch, version } = entry.wallet
  if (base.epoch !== epoch || base.version !== version) {
    return refuse('conflict', 'the wallet has another version', `${epoch}.${version}`)
  }
  const request = toHex(context.crypto.sha256(call.bytes))
  const by = personsOf(entry.credentials, call.authorisations)
  const stored = await goAlone(context, entry, { zone, asked: { request, by } })
  if (!stored.ok) return stored
  const { wallet } = stored.value
  const made = { outcome: 'changed', version: `${wallet.epoch}.${wallet.version}` } as const
  context.audit.note(decided(context, entry, call, made))
  return stored
}

/**
 * Also of a frozen wallet, which stays frozen. Refusals: `quorum_not_met`, of `gatherProofs` and of
 * `goAlone`; `conflict` where another version is held; `not_here`.
 */
export const placementGiveUp: Run<'placement.give-up'> = async (context, call) => {
  const { wallet: id } = call.request
  const entry = await context.changes.alone(id, async (): Promise<Result<WalletEntry>> => {
    const held = await context.wallets.read(id)
    return held === undefined
      ? refuse('not_here', 'this zone does not hold the wallet')
      : giveUp(context, held, call)
  })
  return entry.ok ? answerChange(context, entry.value, call) : entry
}
