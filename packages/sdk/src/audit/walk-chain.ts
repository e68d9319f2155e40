/** Walks a chain of a node's log: every hash computed anew, page by page. */
import {
  type AuditEntry,
  type AuditHead,
  type AuditPage,
  auditEntry,
  auditLink,
  auditStart,
  nextAuditHead,
} from '@holdfast/base/audit'
import { type Bytes, fromHex, toHex, utf8 } from '@holdfast/base/bytes'
import type { BootId, MeshId } from '@holdfast/base/ids'
import { parseJson } from '@holdfast/base/schema'
import { primitives } from '../crypto/primitives.ts'

export type OwnEntry = { readonly index: number; readonly hash: string; readonly entry: AuditEntry }

export type Walked = {
  /** What the store still has: entries, and the head behind the last. */
  readonly length: number
  readonly hash: string
  /** Heads at the places that were asked for; absent behind the end. */
  readonly at: ReadonlyMap<number, string>
  /** How the chain was opened, and the wallet's own decisions. */
  readonly entries: readonly OwnEntry[]
}

/** `next` gives the page from an index on; one without items ends the walk. */
export const walkChain = async (options: {
  readonly mesh: MeshId
  readonly chain: AuditHead
  readonly places: ReadonlySet<number>
  readonly next: (from: {
    readonly boot: BootId
    readonly index: number
  }) => Promise<AuditPage | undefined>
}): Promise<Walked> => {
  const { boot } = options.chain
  let head: Bytes = auditStart(primitives, options.mesh, boot)
  let index = 0
  const at = new Map<number, string>()
  const entries: OwnEntry[] = []
  for (;;) {
    const page = await options.next({ boot, index })
    if (page === undefined || page.items.length === 0 || page.index !== index) break
    for (const item of page.items) {
      const bytes = 'entry' in item ? utf8(item.entry) : undefined
      const link = bytes === undefined ? fromHex(linkOf(item)) : auditLink(primitives, bytes)
      head = nextAuditHead(primitives, head, link)
      const hash = toHex(head)
      if (options.places.has(index)) at.set(index, hash)
      if (bytes !== undefined) entries.push({ index, hash, entry: parseJson(auditEntry, bytes) })
      index += 1
    }
  }
  return { length: index, hash: toHex(head), at, entries }
}

const linkOf = (item: AuditPage['items'][number]): string => ('link' in item ? item.link : '')
