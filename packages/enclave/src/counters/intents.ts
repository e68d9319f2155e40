/**
 * `once`: an intent id signs one transaction. Each zone of the placement gives its voice for an
 * intent to one transaction for good, in `intent/{wallet}/{intent}`; a majority decides. Voices
 * are never deleted, and merge by union.
 */
import { fromHex, toHex } from '@holdfast/base/bytes'
import { accept, type Result, refuse } from '@holdfast/base/errors'
import { IntentId, type WalletId, type ZoneId } from '@holdfast/base/ids'
import { intentPageMax, peerTimeoutMs } from '../limits.ts'
import { intentName, intentPrefix } from '../records/names.ts'
import { groupOf } from '../replication/homes/group.ts'
import { eachPage } from '../replication/peers/each-page.ts'
import type { PeerAnswer } from '../replication/peers/messages.ts'
import { holdersOf } from '../replication/quorum/quorum.ts'
import type { WalletEntry } from '../wallets/wallet-entry.ts'
import { askZones, isEnoughOf, votesFor } from './ask-zones.ts'
import type { CounterContext } from './counter-context.ts'

export type Claim = { readonly intent: IntentId; readonly digest: string }

export const claimVersion = { epoch: 1, version: 1 } as const

/** The transaction that the intent signs as far as this zone knows. */
export const claimed = async (
  { records }: Pick<CounterContext, 'records'>,
  wallet: WalletId,
  intent: IntentId,
): Promise<string | undefined> => {
  const found = await records.read(intentName(wallet, intent))
  return found === undefined ? undefined : toHex(found.payload)
}

/** Gives this zone's voice where it was not given yet; what it is given to then. */
export const claimHere = async (
  context: Pick<CounterContext, 'records'>,
  wallet: WalletId,
  { intent, digest }: Claim,
): Promise<Result<string>> => {
  const held = await claimed(context, wallet, intent)
  if (held !== undefined) return accept(held)
  const key = intentName(wallet, intent)
  const { records } = context
  const stored = await records.commit({
    conditions: [{ key, revision: 'absent' }],
    writes: [records.put(key, claimVersion, fromHex(digest))],
  })
  if (stored.ok) return accept(digest)
  if (stored.refusal.code !== 'conflict') return stored
  const other = await claimed(context, wallet, intent)
  return other === undefined ? stored : accept(other)
}

/** Asks the other zones for their voices. Refuses `intent_used`, `not_counted`. */
export const claimElsewhere = async (
  context: CounterContext,
  { wallet }: WalletEntry,
  claim: Claim,
): Promise<Result<void>> => {
  const group = groupOf(wallet)
  const isEnough = votesFor(group, context.zone)
  const { epoch, version } = wallet
  const isOurs = ({ digest }: PeerAnswer<'count.intent'>): boolean => digest === claim.digest
  const replies = await askZones({
    peers: context.peers,
    clock: context.clock,
    zones: holdersOf(group).filter((zone) => zone !== context.zone),
    request: { type: 'count.intent', wallet: wallet.id, epoch, version, ...claim },
    isEnough,
    counts: isOurs,
  })
  const answers = replies.flatMap(({ answer }) => (answer.ok ? [answer.value] : []))
  if (isEnoughOf(replies, isEnough, isOurs)) return accept(undefined)
  return answers.some((answer) => !isOurs(answer))
    ? refuse('intent_used', 'the intent stands for another transaction', claim.intent)
    : refuse('not_counted', 'too few zones answer for the intent', claim.intent)
}

/** One page of what this zone knows. */
export const listIntents = async (
  { records }: Pick<CounterContext, 'records'>,
  wallet: WalletId,
  after: IntentId | undefined,
): Promise<Result<PeerAnswer<'count.intents'>>> => {
  const prefix = intentPrefix(wallet)
  const from = after === undefined ? undefined : intentName(wallet, after)
  const intents: [IntentId, string][] = []
  for await (const { name, payload } of records.scan(prefix, from)) {
    const intent = IntentId(name.slice(prefix.length))
    if (intent === after) continue
    intents.push([intent, toHex(payload)])
    if (intents.length === intentPageMax) return accept({ intents, next: intent })
  }
  return accept({ intents })
}

/** No transaction's digest: a voice that is given to none. */
const noDigest = '00'.repeat(32)

const collectFrom = (
  { peers }: CounterContext,
  wallet: WalletId,
  zone: ZoneId,
  into: Map<IntentId, string>,
): Promise<Result<void>> =>
  eachPage(
    async (part: { readonly after?: IntentId }) => {
      const peer = peers.ofZone(zone)
      if (peer === undefined) return refuse('not_counted', 'the link to a zone broke', zone)
      return peers.ask(peer, { type: 'count.intents', wallet, ...part }, peerTimeoutMs)
    },
    async ({ intents }) => {
      for (const [intent, digest] of intents) {
        into.set(intent, (into.get(intent) ?? digest) === digest ? digest : noDigest)
      }
      return accept(undefined)
    },
  )

/**
 * The boot rule for intents: this zone's own voices may be lost with its store. Whatever was
 * decided with them, one of the zones asked here has voted for; so that a voice goes where theirs
 * all went, and to nothing where they differ.
 */
export const recoverIntents = async (
  context: CounterContext,
  wallet: WalletId,
  zones: readonly ZoneId[],
): Promise<Result<void>> => {
  const voices = new Map<IntentId, string>()
  for (const zone of zones) {
    const collected = await collectFrom(context, wallet, zone, voices)
    if (!collected.ok) return collected
  }
  for (const [intent, digest] of voices) {
    const taken = await claimHere(context, wallet, { intent, digest })
    if (!taken.ok) return taken
  }
  return accept(undefined)
}
