/**
 * The chain of this boot: decisions are appended at once and stored in pages, one commit at a time,
 * so that many that come together share one. A grant waits for its page before it is carried out.
 */
import { type AuditEntry, type AuditHead, auditLink, nextAuditHead } from '@holdfast/base/audit'
import { type Bytes, toHex, utf8 } from '@holdfast/base/bytes'
import { accept, type Result, refuse } from '@holdfast/base/errors'
import type { BootId } from '@holdfast/base/ids'
import { auditLinksKept, auditPageEntries, auditPendingMax } from '../limits.ts'
import type { Crypto } from '../ports/crypto.ts'
import type { Revision } from '../ports/store.ts'
import { logHeadName, logPageName } from '../records/names.ts'
import type { Records } from '../records/records.ts'
import { decodeHead, encodeHead, encodePage } from './audit-records.ts'

export type Position = { readonly index: number; readonly hash: string }

export type AuditLog = {
  /** The last entry of the chain, stored or not yet. */
  head(): AuditHead
  /** Appends, and does not wait. Entries over the limit of what is not stored are refused. */
  note(entry: AuditEntry): Result<Position>
  /** Appends, and waits until it is stored. Refuses `limit_reached`, and as `Records.commit`. */
  write(entry: AuditEntry): Promise<Result<Position>>
  /** Stores what is not stored yet. */
  flush(): Promise<Result<void>>
  /** The links behind `index`, at most `limit`: what a witness has not seen yet. */
  links(after: number, limit: number): readonly Bytes[] | undefined
}

type Pending = { readonly index: number; readonly bytes: Bytes; readonly hash: string }

const version = { epoch: 1, version: 1 }

class Chain implements AuditLog {
  readonly #records: Records
  readonly #crypto: Crypto
  readonly #boot: BootId
  #head: Bytes
  #next = 0
  #pending: Pending[] = []
  #links: Bytes[] = []
  #headRevision: Revision | 'absent' = 'absent'
  #storing: Promise<Result<void>> | undefined

  constructor(parts: {
    readonly records: Records
    readonly crypto: Crypto
    readonly boot: BootId
    readonly start: Bytes
  }) {
    this.#records = parts.records
    this.#crypto = parts.crypto
    this.#boot = parts.boot
    this.#head = parts.start
  }

  head(): AuditHead {
    return { boot: this.#boot, index: Math.max(0, this.#next - 1), hash: toHex(this.#head) }
  }

  note(entry: AuditEntry): Result<Position> {
    if (this.#pending.length >= auditPendingMax) {
      return refuse('limit_reached', 'the log of decisions cannot be stored as fast as it grows')
    }
    const bytes = utf8(JSON.stringify(entry))
    const link = auditLink(this.#crypto, bytes)
    this.#head = nextAuditHead(this.#crypto, this.#head, link)
    this.#links.push(link)
    if (this.#links.length > 2 * auditLinksKept) this.#links = this.#links.slice(-auditLinksKept)
    const position = { index: this.#next, hash: toHex(this.#head) }
    this.#next += 1
    this.#pending.push({ ...position, bytes })
    return accept(position)
  }

  async write(entry: AuditEntry): Promise<Result<Position>> {
    const noted = this.note(entry)
    if (!noted.ok) return noted
    const stored = await this.#until(noted.value.index)
    return stored.ok ? noted : stored
  }

  flush(): Promise<Result<void>> {
    return this.#until(this.#next - 1)
  }

  links(after: number, limit: number): readonly Bytes[] | undefined {
    const oldest = this.#next - this.#links.length
    const from = after + 1
    if (from < oldest) return undefined
    return this.#links.slice(from - oldest, from - oldest + limit)
  }

  /** A page at a time, in their order, until the entry is stored or a page is not. */
  async #until(index: number): Promise<Result<void>> {
    for (;;) {
      const [first] = this.#pending
      if (first === undefined || first.index > index) return accept(undefined)
      this.#storing ??= this.#store().finally(() => {
        this.#storing = undefined
      })
      const stored = await this.#storing
      if (!stored.ok) return stored
    }
  }

  async #store(): Promise<Result<void>> {
    const page = this.#pending.slice(0, auditPageEntries)
    const [first] = page
    const last = page.at(-1)
    if (first === undefined || last === undefined) return accept(undefined)
    const stored = await this.#commit(page, first, last)
    if (!stored.ok) {
      const found = await this.#countStored(page, first)
      if (found > 0) {
        this.#pending.splice(0, found)
        return accept(undefined)
      }
      // Another node of the zone may have marked the chain: its head has another revision now.
      const again = await this.#commit(page, first, last)
      if (!again.ok) return again
    }
    this.#pending.splice(0, page.length)
    return accept(undefined)
  }

  async #commit(page: readonly Pending[], first: Pending, last: Pending): Promise<Result<void>> {
    const pageName = logPageName(this.#boot, first.index)
    const headName = logHeadName(this.#boot)
    const stored = await this.#records.commit({
      conditions: [
        { key: pageName, revision: 'absent' },
        { key: headName, revision: this.#headRevision },
      ],
      writes: [
        this.#records.put(pageName, version, encodePage(page.map(({ bytes }) => bytes))),
        this.#records.put(headName, version, encodeHead({ index: last.index, hash: last.hash })),
      ],
    })
    if (!stored.ok) return stored
    this.#headRevision = stored.value
    return accept(undefined)
  }

  /**
   * A commit whose outcome was not told may have been applied, or be applied late: then the page is
   * there, with as many entries as there were when it was sent.
   */
  async #countStored(page: readonly Pending[], first: Pending): Promise<number> {
    const head = await this.#records.read(logHeadName(this.#boot))
    if (head === undefined) return 0
    this.#headRevision = head.revision
    const stored = await this.#records.read(logPageName(this.#boot, first.index))
    if (stored === undefined) return 0
    const { index, hash } = decodeHead(head.payload)
    return page.findIndex((entry) => entry.index === index && entry.hash === hash) + 1
  }
}

export const createAuditLog = (parts: {
  readonly records: Records
  readonly crypto: Crypto
  readonly boot: BootId
  readonly start: Bytes
}): AuditLog => new Chain(parts)
