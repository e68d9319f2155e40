/** The marks of this zone's wallets, all in memory: a union that only lifting or age makes less. */
import { parseCbor, toCbor } from '@holdfast/base/cbor'
import { accept, type Result, refuse } from '@holdfast/base/errors'
import { WalletId } from '@holdfast/base/ids'
import { changeDelayMsMax, marksMax } from '@holdfast/base/limits'
import { frozenBy, type Mark, marks as marksSchema } from '@holdfast/base/mark'
import { parseTimestamp } from '@holdfast/base/time'
import type { Wallet } from '@holdfast/base/wallet'
import { z } from 'zod'
import { openedChangesMax } from '../limits.ts'
import type { Clock } from '../ports/clock.ts'
import type { Revision } from '../ports/store.ts'
import { markName, markPrefix } from '../records/names.ts'
import type { OpenedRecord, Records } from '../records/records.ts'
import { openedChanges } from '../replication/peers/messages.ts'
import type { WalletTable } from '../wallets/wallet-table.ts'

/** `late`: changes that some of the marks would cancel, and that this zone agreed to before. */
export type AddedMarks = { readonly added: readonly Mark[]; readonly late: readonly string[] }

export type MarkTable = {
  load(): Promise<void>
  /** What another node of the zone has stored. */
  learn(record: OpenedRecord): void
  /** What this zone has heard of a wallet; at once. */
  of(wallet: WalletId): readonly Mark[]
  /** Wallets of which something is known. */
  wallets(): readonly WalletId[]
  /** Changes of a wallet that this zone agreed to. */
  opened(wallet: WalletId): readonly string[]
  /**
   * Takes what another zone remembers into what this one may have forgotten: after a boot its
   * store may be an older one. What the other agreed to counts as agreed to here as well.
   */
  recall(wallet: WalletId, remembered: Kept): Promise<Result<void>>
  /** Refuses `limit_reached` for a wallet that has as many as it may, and as `Records.commit`. */
  add(wallet: WalletId, marks: readonly Mark[]): Promise<Result<AddedMarks>>
  /**
   * Agrees that a change takes effect, and answers what is known of the wallet: in the order of
   * this record every cancellation is either in the answer or late.
   */
  open(wallet: WalletId, change: string): Promise<Result<readonly Mark[]>>
}

const record = z.strictObject({
  format: z.literal('holdfast marks v1'),
  marks: marksSchema,
  opened: openedChanges,
})
export type Kept = Pick<z.infer<typeof record>, 'marks' | 'opened'>

const nothing: Kept = { marks: [], opened: [] }

/** Several nodes and peers may write the marks of one wallet at once. */
const attemptsMax = 8

/** A cancelled change can wait nowhere any more once the longest delay has passed. */
const isSpent = (mark: Mark, wallet: Wallet | undefined, nowMs: number): boolean => {
  if (wallet === undefined) return false
  if (mark.type === 'freeze') return frozenBy([mark], wallet).length === 0
  const waits = wallet.pending?.some(({ request }) => request === mark.change) === true
  return !waits && parseTimestamp(mark.at) + 2 * changeDelayMsMax < nowMs
}

type Tools = { readonly records: Records; readonly wallets: WalletTable; readonly clock: Clock }

class Table implements MarkTable {
  readonly #held = new Map<WalletId, Kept & { readonly revision: Revision }>()
  readonly #tools: Tools

  constructor(tools: Tools) {
    this.#tools = tools
  }

  async load(): Promise<void> {
    for await (const found of this.#tools.records.scan(markPrefix)) this.learn(found)
  }

  learn(found: OpenedRecord): void {
    const id = WalletId(found.name.slice(markPrefix.length))
    this.#note(id, this.#parse(found), found.revision)
  }

  of(wallet: WalletId): readonly Mark[] {
    return this.#held.get(wallet)?.marks ?? []
  }

  wallets(): readonly WalletId[] {
    return [...this.#held.keys()]
  }

  async add(id: WalletId, marks: readonly Mark[]): Promise<Result<AddedMarks>> {
    const wallet = (await this.#tools.wallets.read(id))?.wallet
    const nowMs = this.#tools.clock.nowMs()
    const kept = (all: readonly Mark[]) => all.filter((mark) => !isSpent(mark, wallet, nowMs))
    let added: readonly Mark[] = []
    const changed = await this.#change(id, (held) => {
      const known = new Set(held.marks.map((mark) => mark.id))
      added = kept(marks).filter((mark) => !known.has(mark.id))
      return added.length === 0 ? held : { ...held, marks: [...kept(held.marks), ...added] }
    })
    if (!changed.ok) return changed
    const { opened } = changed.value
    const late = marks.flatMap((mark) =>
      mark.type === 'cancel' && opened.includes(mark.change) ? [mark.change] : [],
    )
    return accept({ added, late })
  }

  opened(wallet: WalletId): readonly string[] {
    return this.#held.get(wallet)?.opened ?? []
  }

  async recall(id: WalletId, remembered: Kept): Promise<Result<void>> {
    const known = new Set([...this.of(id).map((mark) => mark.id), ...this.opened(id)])
    if (!remembered.marks.every((mark) => known.has(mark.id))) {
      const added = await this.add(id, remembered.marks)
      if (!added.ok) return added
    }
    if (remembered.opened.every((change) => known.has(change))) return accept(undefined)
    const changed = await this.#change(id, (held) => {
      const more = remembered.opened.filter((change) => !held.opened.includes(change))
      if (more.length === 0) return held
      return { ...held, opened: [...more, ...held.opened].slice(-openedChangesMax) }
    })
    return changed.ok ? accept(undefined) : changed
  }

  async open(id: WalletId, change: string): Promise<Result<readonly Mark[]>> {
    const changed = await this.#change(id, (held) => {
      const settled =
        held.opened.includes(change) ||
        held.marks.some((mark) => mark.type === 'cancel' && mark.change === change)
      if (settled) return held
      return { ...held, opened: [...held.opened, change].slice(-openedChangesMax) }
    })
    return changed.ok ? accept(changed.value.marks) : changed
  }

  /** Compared and set: what `update` gives, as soon as nobody else has written in between. */
  async #change(id: WalletId, update: (held: Kept) => Kept): Promise<Result<Kept>> {
    const { records } = this.#tools
    const name = markName(id)
    for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
      const found = await records.read(name)
      const held = found === undefined ? nothing : this.#parse(found)
      if (found !== undefined) this.#note(id, held, found.revision)
      const next = update(held)
      if (next === held) return accept(held)
      if (next.marks.length > marksMax) return refuse('limit_reached', 'too many marks')
      const version = { epoch: 1, version: (found?.version.version ?? 0) + 1 }
      const payload = toCbor({ format: 'holdfast marks v1', ...next })
      const stored = await records.commit({
        conditions: [{ key: name, revision: found?.revision ?? 'absent' }],
        writes: [records.put(name, version, payload)],
      })
      if (stored.ok) {
        this.#note(id, next, stored.value)
        return accept(next)
      }
      if (stored.refusal.code !== 'conflict') return stored
    }
    return refuse('conflict', 'the marks of the wallet change too often')
  }

  #note(id: WalletId, kept: Kept, revision: Revision): void {
    const held = this.#held.get(id)
    if (held === undefined || held.revision <= revision) this.#held.set(id, { ...kept, revision })
  }

  #parse({ payload }: OpenedRecord): Kept {
    const { marks, opened } = parseCbor(record, payload)
    return { marks, opened }
  }
}

export const createMarkTable = (tools: Tools): MarkTable => new Table(tools)
