/** The one way by which a signature leaves: fresh, verified, over what the request's bytes say. */
import type { Receipt, SignAnswer } from '@holdfast/base/answers'
import { toHex } from '@holdfast/base/bytes'
import { accept, assert, type Result, refuse } from '@holdfast/base/errors'
import type { Secret } from '@holdfast/base/secret'
import { formatTimestamp } from '@holdfast/base/time'
import type { Account, WalletKey } from '@holdfast/base/wallet'
import type { Position } from '../audit/audit-log.ts'
import type { CoreContext } from '../core/context.ts'
import { type Charged, isChargedBy } from '../counters/permit.ts'
import { checkUnfrozen } from '../marks/check-unfrozen.ts'
import type { PolicyAnswer } from '../policy/evaluate.ts'
import { checkFresh } from '../replication/staleness.ts'
import type { Decoded, SigningTask } from '../signing/chain-signer.ts'
import { checkDigests } from '../signing/check-digests.ts'
import { signTasks } from '../signing/sign-tasks.ts'
import type { WalletEntry } from '../wallets/wallet-entry.ts'
import type { Call } from './call.ts'

export type Release = {
  readonly entry: WalletEntry
  readonly signer: { readonly key: WalletKey; readonly account?: Account }
  readonly decoded: Decoded
  readonly call: Call<'sign'>
  readonly verdict: PolicyAnswer
  /** Where the rule has limits, or asks for `once`. */
  readonly charged?: Charged | undefined
  /** Where the log has this decision. */
  readonly log: Position
}

const receiptOf = (context: CoreContext, { entry, call, verdict, log }: Release): Receipt => {
  const { id, epoch, version, policyVersion } = entry.wallet
  const { intent } = call.request
  return {
    request: toHex(context.crypto.sha256(call.bytes)),
    wallet: id,
    epoch,
    version,
    policyVersion,
    rule: verdict.rule,
    persons: [...verdict.persons],
    ...(intent === undefined ? {} : { intent }),
    node: context.self,
    ...(call.relayedBy === undefined ? {} : { relayedBy: call.relayedBy }),
    at: formatTimestamp(context.clock.nowMs()),
    log: { ...log, witnesses: [...context.witnessed.list()] },
  }
}

/**
 * Refuses `stale_zone`, `stale`, `frozen`, and `conflict` where the rule's limits were not charged;
 * a signature that is wrong breaks an invariant.
 */
export const releaseSignature = (context: CoreContext, of: Release): Result<SignAnswer> => {
  const current = context.zoneView.check()
  if (!current.ok) return current
  const fresh = checkFresh(context, of.entry.wallet)
  if (!fresh.ok) return fresh
  const unfrozen = checkUnfrozen(context, of.entry)
  if (!unfrozen.ok) return unfrozen
  const rule = of.entry.wallet.policy.rules.find(({ id }) => id === of.verdict.rule)
  if (!isChargedBy(rule, of.charged)) {
    return refuse('conflict', 'the limits of the rule changed meanwhile', of.verdict.rule)
  }
  const { key, account } = of.signer
  const { tasks, intent, finish } = of.decoded
  const opened = new Map<SigningTask, Secret>()
  for (const task of tasks) {
    const secret = context.keys.get(key.id, account?.path, task.steps)
    if (secret === undefined) return refuse('conflict', 'the keys were closed meanwhile')
    opened.set(task, secret)
  }
  const signatures = signTasks({
    tasks,
    open: (task) => {
      const secret = opened.get(task)
      assert(secret !== undefined, 'each task has its key')
      return secret
    },
    crypto: context.crypto,
    entropy: context.entropy,
  })
  checkDigests({ bytes: of.call.bytes, signer: of.signer, tasks, crypto: context.crypto })
  return accept({ signed: finish(signatures), decoded: intent, receipt: receiptOf(context, of) })
}
