/** The log's records: pages of entries, and where each chain stands. CBOR. */
import type { Bytes } from '@holdfast/base/bytes'
import { parseCbor, toCbor } from '@holdfast/base/cbor'
import { bytes, hex } from '@holdfast/base/schema'
import { z } from 'zod'

const page = z.array(bytes)
const head = z.strictObject({
  index: z.int().min(0),
  hash: hex(32),
  /** Set once a later chain has named this one as continued. */
  continued: z.literal(true).exactOptional(),
})
export type StoredHead = z.infer<typeof head>

export const encodePage = (entries: readonly Bytes[]): Bytes => toCbor(entries)
export const decodePage = (payload: Bytes): readonly Bytes[] => parseCbor(page, payload)

export const encodeHead = ({ index, hash, continued }: StoredHead): Bytes =>
  toCbor({ index, hash, ...(continued === undefined ? {} : { continued }) })
export const decodeHead = (payload: Bytes): StoredHead => parseCbor(head, payload)
