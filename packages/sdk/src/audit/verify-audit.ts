/**
 * Verifies what the zones of a wallet say of it: every chain walked, its end and its earlier chains
 * found, what other zones have seen found in it, and receipts too, with their countersignatures.
 */
import type { AuditAnswer, Receipt } from '@holdfast/base/answers'
import type { AuditHead, DecidedEntry } from '@holdfast/base/audit'
import { type ErrorCode, RefusalError } from '@holdfast/base/errors'
import type { Identity } from '@holdfast/base/identity'
import type { BootId, MeshId, WalletId, ZoneId } from '@holdfast/base/ids'
import type { ShowAudit } from '../requests/audit.ts'
import { verifyWitnesses } from './verify-witnesses.ts'
import { type Walked, walkChain } from './walk-chain.ts'

export type AuditProblem = {
  readonly code: Extract<ErrorCode, 'log_forked' | 'log_shortened' | 'unreachable'>
  readonly zone: ZoneId
  readonly detail: string
}

export type AuditDecision = DecidedEntry & {
  readonly zone: ZoneId
  readonly boot: BootId
  readonly index: number
}

export type AuditReport = {
  readonly problems: readonly AuditProblem[]
  readonly chains: readonly {
    readonly zone: ZoneId
    readonly boot: BootId
    readonly entries: number
    /** Other zones that have seen this chain, and up to where. */
    readonly seenBy: readonly { readonly zone: ZoneId; readonly index: number }[]
  }[]
  /** Of this wallet, in the order of time. */
  readonly decisions: readonly AuditDecision[]
}

type Show = (options: ShowAudit) => Promise<AuditAnswer>
type Place = AuditHead & { readonly what: string }

/** What a zone must still have: what others saw, and what receipts name. */
const placesOf = (
  zone: ZoneId,
  answers: ReadonlyMap<ZoneId, AuditAnswer>,
  receipts: readonly Receipt[],
): readonly Place[] => [
  ...[...answers].flatMap(([other, { seen }]) =>
    seen
      .filter((head) => head.zone === zone && other !== zone)
      .map(({ boot, index, hash }) => ({ boot, index, hash, what: `what ${other} has seen` })),
  ),
  ...receipts
    .filter(({ node }) => node.zone === zone)
    .map(({ node, log, request }) => ({
      boot: node.boot,
      index: log.index,
      hash: log.hash,
      what: `the receipt of request ${request}`,
    })),
]

const checkPlace = (zone: ZoneId, walked: Walked | undefined, place: Place): AuditProblem[] => {
  const found = walked?.at.get(place.index)
  if (found === place.hash) return []
  const where = `${place.what}, entry ${place.index} of ${place.boot}`
  return found === undefined
    ? [{ code: 'log_shortened', zone, detail: `${where}, is not in the log` }]
    : [{ code: 'log_forked', zone, detail: `${where}, is another entry in the log` }]
}

const checkReceipt = (zone: ZoneId, walked: Walked | undefined, receipt: Receipt) => {
  const { log, request, wallet, rule, policyVersion } = receipt
  const own = walked?.entries.find(({ index }) => index === log.index)?.entry
  const same =
    own?.type === 'decided' &&
    own.outcome === 'signed' &&
    own.request === request &&
    own.wallet === wallet &&
    own.rule === rule &&
    own.policyVersion === policyVersion
  if (same || walked?.at.get(log.index) !== log.hash) return []
  const detail = `the receipt of request ${request} tells another decision than the log`
  return [{ code: 'log_forked' as const, zone, detail }]
}

const continuedBy = (walked: ReadonlyMap<BootId, Walked>): readonly Place[] =>
  [...walked].flatMap(([boot, { entries }]) =>
    entries.flatMap(({ entry }) =>
      entry.type === 'opened'
        ? entry.continues.map((head) => ({ ...head, what: `what ${boot} continues` }))
        : [],
    ),
  )

type Zone = { readonly problems: AuditProblem[]; readonly walked: ReadonlyMap<BootId, Walked> }

const verifyZone = async (
  options: {
    readonly mesh: MeshId
    readonly wallet: WalletId
    readonly show: Show
    readonly receipts: readonly Receipt[]
  },
  answer: AuditAnswer,
  places: readonly Place[],
): Promise<Zone> => {
  const { wallet, show } = options
  const { zone } = answer
  const problems: AuditProblem[] = []
  const walked = new Map<BootId, Walked>()
  // A chain may continue another's last entry: the last of each is a place as well.
  for (const chain of answer.chains) {
    const asked = places.filter(({ boot }) => boot === chain.boot).map(({ index }) => index)
    const walk = await walkChain({
      mesh: options.mesh,
      chain,
      places: new Set([...asked, chain.index]),
      next: async (from) => (await show({ wallet, zone, from })).page,
    })
    walked.set(chain.boot, walk)
    problems.push(...checkPlace(zone, walk, { ...chain, what: "the chain's own end" }))
  }
  const ends = continuedBy(walked)
  for (const place of [...places, ...ends]) {
    problems.push(...checkPlace(zone, walked.get(place.boot), place))
  }
  for (const receipt of options.receipts) {
    if (receipt.node.zone !== zone) continue
    problems.push(...checkReceipt(zone, walked.get(receipt.node.boot), receipt))
  }
  return { problems, walked }
}

const decisionsOf = (zone: ZoneId, walked: ReadonlyMap<BootId, Walked>): AuditDecision[] =>
  [...walked].flatMap(([boot, { entries }]) =>
    entries.flatMap(({ index, entry }) =>
      entry.type === 'decided' ? [{ ...entry, zone, boot, index }] : [],
    ),
  )

/** Asks every zone; one that cannot be reached is a problem, and its log stays unverified. */
export const verifyAudit = async (options: {
  readonly mesh: MeshId
  readonly wallet: WalletId
  readonly zones: readonly ZoneId[]
  readonly receipts?: readonly Receipt[]
  readonly show: Show
  readonly identityOf: (boot: BootId) => Promise<Identity>
}): Promise<AuditReport> => {
  const { mesh, wallet, show, receipts = [], identityOf } = options
  const answers = new Map<ZoneId, AuditAnswer>()
  const problems: AuditProblem[] = [...(await verifyWitnesses({ mesh, receipts, identityOf }))]
  for (const zone of options.zones) {
    try {
      answers.set(zone, await show({ wallet, zone }))
    } catch (error) {
      if (!(error instanceof RefusalError)) throw error
      problems.push({ code: 'unreachable', zone, detail: error.refusal.detail })
    }
  }
  const chains: AuditReport['chains'][number][] = []
  const decisions: AuditDecision[] = []
  for (const [zone, answer] of answers) {
    const places = placesOf(zone, answers, receipts)
    const found = await verifyZone({ ...options, receipts }, answer, places)
    problems.push(...found.problems)
    decisions.push(...decisionsOf(zone, found.walked))
    for (const [boot, { length }] of found.walked) {
      const seenBy = [...answers].flatMap(([other, { seen }]) =>
        seen
          .filter((head) => head.boot === boot && other !== zone)
          .map(({ index }) => ({ zone: other, index })),
      )
      chains.push({ zone, boot, entries: length, seenBy })
    }
  }
  decisions.sort((left, right) => left.at.localeCompare(right.at) || left.index - right.index)
  return { problems, chains, decisions }
}
