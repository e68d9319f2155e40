/** What this zone has promised, or knows that others have: a record a group, and all in memory. */
import type { Bytes } from '@holdfast/base/bytes'
import { parseCbor, toCbor } from '@holdfast/base/cbor'
import { accept, type Refusal, type Result, refuse } from '@holdfast/base/errors'
import type { ZoneId } from '@holdfast/base/ids'
import { walletId, zoneId } from '@holdfast/base/schema'
import { z } from 'zod'
import type { Condition, Revision, Write } from '../../ports/store.ts'
import { promiseName, promisePrefix } from '../../records/names.ts'
import type { OpenedRecord, Records } from '../../records/records.ts'
import { type Group, type GroupId, groupId } from './group.ts'

const schema = z.strictObject({
  format: z.literal('holdfast promise v1'),
  founder: zoneId,
  zones: z.array(zoneId).min(1),
  /** Of a wallet that is a group of its own, and of its change of placement. */
  wallet: walletId.exactOptional(),
  from: z.array(zoneId).min(1).exactOptional(),
  epoch: z.int().min(2),
  candidate: zoneId,
  /** At the candidate: a majority promised, and what it remembers was adopted. */
  adopted: z.boolean(),
  /** When governors signed the statement that it obeys, or that an earlier one obeyed. */
  commandedAtMs: z.int().min(1).exactOptional(),
  /** Zones without which the others decide. */
  without: z.array(zoneId).min(1).exactOptional(),
})

export type EpochPromise = {
  readonly group: Group
  readonly epoch: number
  readonly candidate: ZoneId
  readonly adopted: boolean
  /** When governors signed the newest statement that was obeyed; 0 where there was none. */
  readonly commandedAtMs: number
  /** Zones that governors gave up: the others decide without them. */
  readonly without: readonly ZoneId[]
}

/** A record's payload. */
export const readPromise = (payload: Bytes): EpochPromise => {
  const { format: _format, founder, zones, wallet, from, ...rest } = parseCbor(schema, payload)
  const { commandedAtMs = 0, without = [] } = rest
  const own = { ...(wallet !== undefined && { wallet }), ...(from !== undefined && { from }) }
  return { ...rest, group: { founder, zones, ...own }, commandedAtMs, without }
}

type Kept = EpochPromise & { readonly revision: Revision }

export type PromiseTable = {
  load(): Promise<void>
  get(group: Group): EpochPromise | undefined
  all(): readonly EpochPromise[]
  /** What a commit compares, so that it cannot cross a promise that is given meanwhile. */
  conditions(group: Group): readonly Condition[]
  /** Reads the record anew: its commit may have been applied unnoticed. */
  refresh(group: Group): Promise<void>
  /**
   * Stores a promise that is above the one that is known, or the adoption of the same. Refuses
   * `superseded` where a later one is known, and what the store refuses.
   */
  put(next: EpochPromise): Promise<Result<void>>
  /** The promise as a record, for a commit under `conditions`; `stored` follows it. */
  write(next: EpochPromise): Write
  stored(next: EpochPromise, revision: Revision): void
  /** From a watch of the store. */
  learn(record: OpenedRecord): void
}

/** Whether `next` may take the place of what is known. */
const follows = (next: EpochPromise, held: EpochPromise | undefined): boolean => {
  if (held === undefined || next.epoch > held.epoch) return true
  return next.epoch === held.epoch && next.candidate === held.candidate
}

/** A group, and the one that its wallet is leaving. */
const linesOf = ({ leaves, ...group }: Group): readonly Group[] =>
  leaves === undefined ? [group] : [group, leaves]

class Table implements PromiseTable {
  readonly #records: Records
  readonly #held = new Map<GroupId, Kept>()

  constructor(records: Records) {
    this.#records = records
  }

  async load(): Promise<void> {
    for await (const record of this.#records.scan(promisePrefix)) this.learn(record)
  }

  get(group: Group): EpochPromise | undefined {
    return this.#held.get(groupId(group))
  }

  all(): readonly EpochPromise[] {
    return [...this.#held.values()]
  }

  conditions(group: Group): readonly Condition[] {
    return linesOf(group).map((line) => {
      const id = groupId(line)
      return { key: promiseName(id), revision: this.#held.get(id)?.revision ?? 'absent' }
    })
  }

  async refresh(group: Group): Promise<void> {
    for (const line of linesOf(group)) {
      const record = await this.#records.read(promiseName(groupId(line)))
      if (record !== undefined) this.learn(record)
    }
  }

  async put(next: EpochPromise): Promise<Result<void>> {
    const first = await this.#tryPut(next)
    if (first.ok || first.refusal.code !== 'conflict') return first
    await this.refresh(next.group)
    return this.#tryPut(next)
  }

  learn({ payload, revision }: OpenedRecord): void {
    this.#note({ ...readPromise(payload), revision })
  }

  async #tryPut(next: EpochPromise): Promise<Result<void>> {
    const { group, epoch, adopted } = next
    const held = this.get(group)
    if (!follows(next, held)) return supersededBy(held)
    if (held?.epoch === epoch && held.adopted === adopted) return accept(undefined)
    // What was obeyed once is not obeyed again, whoever takes over in between.
    const commandedAtMs = Math.max(next.commandedAtMs, held?.commandedAtMs ?? 0)
    const promise = { ...next, commandedAtMs }
    const stored = await this.#records.commit({
      conditions: this.conditions(group),
      writes: [this.write(promise)],
    })
    if (!stored.ok) return stored
    this.stored(promise, stored.value)
    return accept(undefined)
  }

  write({ group, epoch, candidate, adopted, commandedAtMs, without }: EpochPromise): Write {
    const payload = toCbor({
      format: 'holdfast promise v1',
      founder: group.founder,
      zones: [...group.zones],
      ...(group.wallet !== undefined && { wallet: group.wallet }),
      ...(group.from !== undefined && { from: [...group.from] }),
      epoch,
      candidate,
      adopted,
      ...(commandedAtMs > 0 && { commandedAtMs }),
      ...(without.length > 0 && { without: [...without] }),
    })
    const version = { epoch, version: adopted ? 2 : 1 }
    return this.#records.put(promiseName(groupId(group)), version, payload)
  }

  stored(next: EpochPromise, revision: Revision): void {
    this.#note({ ...next, revision })
  }

  #note(kept: Kept): void {
    const id = groupId(kept.group)
    const before = this.#held.get(id)
    if (before === undefined || before.revision < kept.revision) this.#held.set(id, kept)
  }
}

/** Names the promise that stands: `superseded`, subject `epoch candidate`. */
export const supersededBy = (held: EpochPromise | undefined): Result<never> =>
  refuse(
    'superseded',
    'the zones have promised a later epoch',
    held === undefined ? undefined : `${held.epoch} ${held.candidate}`,
  )

/** The promise that such a refusal names; undefined where it is another refusal. */
export const supersedingPromise = ({
  code,
  subject = '',
}: Refusal): { readonly epoch: number; readonly candidate: string } | undefined => {
  const [, epoch, candidate] = /^(\d+) (\S+)$/.exec(subject) ?? []
  if (code !== 'superseded' || epoch === undefined || candidate === undefined) return undefined
  return { epoch: Number(epoch), candidate }
}

/** The table as it will be with a promise that is about to be stored. */
export const withPromise = (table: PromiseTable, next: EpochPromise): PromiseTable => ({
  load: () => table.load(),
  get: (group) => (groupId(group) === groupId(next.group) ? next : table.get(group)),
  all: () => table.all(),
  conditions: (group) => table.conditions(group),
  refresh: (group) => table.refresh(group),
  put: (promise) => table.put(promise),
  write: (promise) => table.write(promise),
  stored: (promise, revision) => table.stored(promise, revision),
  learn: (record) => table.learn(record),
})

export const createPromiseTable = (records: Records): PromiseTable => new Table(records)
