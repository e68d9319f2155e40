/**
 * Finds the rule that allows a signature and charges its limits: where those are spent, the next
 * rule that allows it, if there is one.
 */
import { toHex, utf8 } from '@holdfast/base/bytes'
import { accept, type ErrorCode, type Refused, type Result, refuse } from '@holdfast/base/errors'
import type { ZoneId } from '@holdfast/base/ids'
import type { Intent } from '@holdfast/base/intent'
import type { Rule } from '@holdfast/base/policy'
import { parseTimestamp } from '@holdfast/base/time'
import type { CoreContext } from '../core/context.ts'
import type { Call } from '../operations/call.ts'
import type { PolicyAnswer } from '../policy/evaluate.ts'
import type { WalletEntry } from '../wallets/wallet-entry.ts'
import { isCounted, limitAmounts } from './amounts.ts'
import type { ChargeAsk } from './charge.ts'
import { counterOf } from './counter.ts'

/** What was charged; `releaseSignature` compares it with the rule that allows then. */
export type Charged = { readonly rule: Rule }

export type Permit = {
  readonly verdict: PolicyAnswer
  /** Rules that were spent: asked again, the policy must give the same verdict. */
  readonly spent: ReadonlySet<string>
  readonly charged?: Charged
}

export type Permission = Permit | { readonly elsewhere: ZoneId }

/** Where a spent rule leaves another that further proofs would fulfil, they are asked for. */
const mendable: ReadonlySet<ErrorCode> = new Set(['quorum_not_met', 'proof_required'])

type Judge = (spent: ReadonlySet<string>) => Result<PolicyAnswer>

/** What stays the same where the same is asked for again: with an intent, the transaction. */
const identityOf = (
  { crypto }: CoreContext,
  call: Call<'sign'>,
): { readonly key: string; readonly digest: string } => {
  const { account, intent, payload } = call.request
  const what = crypto.sha256(utf8(JSON.stringify([account ?? null, payload])))
  const digest = toHex(what)
  const key =
    intent === undefined
      ? crypto.sha256(call.bytes)
      : crypto.sha256(utf8(`holdfast charge v1\0${intent}\0`), what)
  return { key: toHex(key), digest }
}

const askOf = (
  context: CoreContext,
  call: Call<'sign'>,
  rule: Rule,
  intent: Intent,
): Result<ChargeAsk> => {
  const amounts = limitAmounts(rule, intent)
  if (amounts === undefined) return refuse('policy_denied', 'a limit cannot count this', rule.id)
  const { intent: id, expiresAt } = call.request
  if (rule.once === true && id === undefined) {
    return refuse('intent_required', 'the rule signs each intent once: name one', rule.id)
  }
  const { key, digest } = identityOf(context, call)
  return accept({
    key,
    amounts: amounts.map(({ limit, amount }) => ({ counter: counterOf(rule.id, limit), amount })),
    expiresAtMs: parseTimestamp(expiresAt),
    ...(rule.once === true && id !== undefined ? { claim: { intent: id, digest } } : {}),
  })
}

/** The zone that counts: the one that the request names, else the home. */
const chargingZone = (entry: WalletEntry, call: Call<'sign'>): ZoneId =>
  call.request.charge ?? entry.wallet.home

/**
 * Whether another zone should count, and can be asked. What cannot be passed on is counted here:
 * should it come again by another way, it is counted once too often, never too seldom.
 */
const elsewhere = (
  context: CoreContext,
  entry: WalletEntry,
  call: Call<'sign'>,
): ZoneId | undefined => {
  const zone = chargingZone(entry, call)
  if (zone === context.zone || call.relayedBy !== undefined) return undefined
  if (call.authorisations.length === 0) return undefined
  return context.peers.ofZone(zone) === undefined ? undefined : zone
}

/** Refusals of the judge, and of `Counters.charge`; `intent_required`, `placement_mismatch`. */
export const permit = async (
  context: CoreContext,
  entry: WalletEntry,
  call: Call<'sign'>,
  {
    intent,
    judge,
    mayPass,
  }: {
    readonly intent: Intent
    readonly judge: Judge
    /** Whether the request may still be passed to the zone that should count it. */
    readonly mayPass: boolean
  },
): Promise<Result<Permission>> => {
  const spent = new Set<string>()
  let exceeded: Refused | undefined
  for (;;) {
    const verdict = judge(spent)
    if (!verdict.ok) return mendable.has(verdict.refusal.code) ? verdict : (exceeded ?? verdict)
    const rule = entry.wallet.policy.rules.find(({ id }) => id === verdict.value.rule)
    if (rule === undefined || !isCounted(rule)) return accept({ verdict: verdict.value, spent })
    if (!entry.wallet.placement.zones.includes(chargingZone(entry, call))) {
      return refuse('placement_mismatch', 'the zone that should count does not hold the wallet')
    }
    const zone = mayPass ? elsewhere(context, entry, call) : undefined
    if (zone !== undefined) return accept({ elsewhere: zone })
    const ask = askOf(context, call, rule, intent)
    if (!ask.ok) return ask
    const isDoubtful = chargingZone(entry, call) !== context.zone
    const charged = await context.counters.charge(entry, {
      ...ask.value,
      ...(isDoubtful ? { isDoubtful } : {}),
    })
    if (charged.ok) return accept({ verdict: verdict.value, spent, charged: { rule } })
    if (charged.refusal.code !== 'limit_exceeded') return charged
    exceeded ??= charged
    spent.add(rule.id)
  }
}

/** The charge was for these limits: a policy that changed meanwhile asks for another. */
export const isChargedBy = (rule: Rule | undefined, charged: Charged | undefined): boolean => {
  if (rule === undefined || !isCounted(rule)) return true
  if (charged === undefined || charged.rule.id !== rule.id) return false
  const of = ({ limits, once }: Rule): string => JSON.stringify([limits ?? [], once ?? false])
  return of(charged.rule) === of(rule)
}
