/** Governors' statements on homes: judged, told to the other zones, carried out until done. */
import { type VerifiedManifest, verifyHomeStatement } from '@holdfast/attestation'
import { type Bytes, toHex } from '@holdfast/base/bytes'
import { accept, type Result } from '@holdfast/base/errors'
import type { HomeReport, HomeStatement } from '@holdfast/base/home-statement'
import type { ZoneId } from '@holdfast/base/ids'
import { momentMs } from '@holdfast/base/moment'
import type { CoreContext } from '../../core/context.ts'
import { homeOrderTimeoutMs, homeStatementsMax } from '../../limits.ts'
import { countRemovals, type Strike, strikeOf, strikeRemovals } from '../../placement/strike.ts'
import { refusing } from '../../refusing.ts'
import type { Failover } from './failover.ts'
import { groupId } from './group.ts'
import { type OrderedGroup, ordersOf } from './home-orders.ts'

export type HomeCommands = {
  /** From whoever brings it: carried out here and at the zones that are linked. */
  take(untrusted: Bytes): Promise<Result<HomeReport>>
  /** From another zone, which tells all others itself. */
  obey(untrusted: Bytes): Promise<Result<HomeReport>>
  /** Goes on with what could not be done yet. */
  tick(): Promise<void>
}

type Known = {
  readonly bytes: Bytes
  readonly statement: HomeStatement
  readonly strike: Strike
  /** Removals are struck one after another, by one at a time. */
  striking?: Promise<void>
  /** Zones that this one has yet to tell. */
  readonly untold: Set<ZoneId>
}

type Tools = {
  readonly context: CoreContext
  readonly failover: Failover
  readonly manifest: () => VerifiedManifest
}

type ReportLine = HomeReport['groups'][number]
type Report = Omit<HomeReport, 'unreachable'>

const reportOf = (parts: readonly Report[], unreachable: readonly ZoneId[]): HomeReport => {
  const removals = parts.flatMap((part) => part.removals ?? [])
  return {
    groups: parts.flatMap(({ groups }) => groups),
    ...(removals.length > 0 && { removals }),
    unreachable: unreachable.toSorted(),
  }
}

class Commands implements HomeCommands {
  readonly #tools: Tools
  /** By the hash of their bytes, the oldest first. */
  readonly #known = new Map<string, Known>()
  #going: Promise<void> | undefined

  constructor(tools: Tools) {
    this.#tools = tools
  }

  async take(untrusted: Bytes): Promise<Result<HomeReport>> {
    const known = this.#learn(untrusted, (zone) => zone !== this.#tools.context.zone)
    if (!known.ok) return known
    const [own, others] = await Promise.all([this.#carryOut(known.value), this.#tell(known.value)])
    return accept(reportOf([own, ...others], [...known.value.untold]))
  }

  async obey(untrusted: Bytes): Promise<Result<HomeReport>> {
    const known = this.#learn(untrusted, () => false)
    if (!known.ok) return known
    return accept(reportOf([await this.#carryOut(known.value)], []))
  }

  tick(): Promise<void> {
    this.#going ??= this.#goOn().finally(() => {
      this.#going = undefined
    })
    return this.#going
  }

  async #goOn(): Promise<void> {
    const nowMs = this.#tools.context.clock.nowMs()
    for (const [hash, known] of this.#known) {
      if (nowMs > momentMs(known.statement.expiresAt)) this.#known.delete(hash)
      else await Promise.all([this.#carryOut(known), this.#tell(known)])
    }
  }

  #learn(untrusted: Bytes, isUntold: (zone: ZoneId) => boolean): Result<Known> {
    const { context, manifest } = this.#tools
    const verified = verifyHomeStatement(untrusted, manifest(), context.clock.nowMs())
    if (!verified.ok) return verified
    const hash = toHex(context.crypto.sha256(untrusted))
    const before = this.#known.get(hash)
    const strike = strikeOf(context, verified.value, untrusted)
    const begun = { bytes: untrusted.slice(), statement: verified.value, strike }
    const known: Known = before ?? { ...begun, untold: new Set() }
    for (const { id } of context.zones) if (isUntold(id)) known.untold.add(id)
    this.#known.set(hash, known)
    const [oldest] = this.#known.keys()
    if (this.#known.size > homeStatementsMax && oldest !== undefined) this.#known.delete(oldest)
    return accept(known)
  }

  async #tell({ bytes, untold }: Known): Promise<readonly Report[]> {
    const { peers } = this.#tools.context
    const told = await Promise.all(
      [...untold].map(async (zone) => {
        const peer = peers.ofZone(zone)
        if (peer === undefined) return []
        const message = { type: 'homes.take', statement: bytes } as const
        const answer = await peers.ask(peer, message, homeOrderTimeoutMs)
        if (!answer.ok) return []
        untold.delete(zone)
        return [answer.value]
      }),
    )
    return told.flat()
  }

  /** A round may take longer than anybody waits for it: it goes on. */
  async #carryOut(known: Known): Promise<Report> {
    const { context } = this.#tools
    const lost = known.strike.lost
    const late = context.clock.sleep(homeOrderTimeoutMs / 2)
    const struck = lost.length === 0 ? undefined : Promise.race([this.#strike(known), late])
    const groups = await this.#move(known, late)
    await struck
    return { groups: [...groups], removals: [...countRemovals(context, lost)] }
  }

  /** After homes have moved: only the home of a wallet ends what the wallet waits for. */
  #strike(known: Known): Promise<void> {
    known.striking ??= strikeRemovals(this.#tools.context, known.strike).finally(() => {
      delete known.striking
    })
    return known.striking
  }

  async #move({ statement }: Known, waited: Promise<void>): Promise<readonly ReportLine[]> {
    const { context, failover } = this.#tools
    const groups = failover.groups()
    const orders = ordersOf(context, groups, statement)
    const rounds = Promise.all(orders.map((one) => this.#round(one)))
    const refused = new Map(await Promise.race([rounds, waited.then(() => [])]))
    const atMs = momentMs(statement.issuedAt)
    return groups.flatMap((group): readonly ReportLine[] => {
      const held = context.promises.get(group)
      const line = { founder: group.founder, zones: [...group.zones], home: context.zone }
      const isHome = held?.candidate === context.zone && held.adopted
      if (isHome && held.commandedAtMs === atMs) return [{ ...line, state: 'moved' }]
      if (!orders.some((one) => one.group === group)) return []
      const refusal = refused.get(groupId(group))
      const { code, subject } = refusal ?? { code: undefined, subject: undefined }
      return [{ ...line, state: 'moving', ...(code && { code }), ...(subject && { subject }) }]
    })
  }

  async #round({ group, order }: OrderedGroup) {
    const taken = await refusing(() => this.#tools.failover.takeOver(group, order))
    return [groupId(group), taken.ok ? undefined : taken.refusal] as const
  }
}

export const createHomeCommands = (tools: Tools): HomeCommands => new Commands(tools)
