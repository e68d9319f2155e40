/** An export that owners have granted, and what is sealed to its recipient. */
import { z } from 'zod'
import { type Bytes, utf8 } from '../bytes.ts'
import type { MeshId, WalletId } from '../ids.ts'
import { base64url, hex, objectId } from '../schema.ts'

export const exportsMax = 8

/** Kept in the document, so that owners see which keys have left; the newest last. */
export const exportGrant = z.strictObject({
  /** SHA-256 of the request that asked for it. */
  request: hex(32),
  key: objectId,
  recipient: base64url.length(43),
})
export type ExportGrant = z.infer<typeof exportGrant>

/** HPKE `info` of an exported key. */
export const exportInfo = (of: {
  readonly mesh: MeshId
  readonly wallet: WalletId
  readonly request: string
}): Bytes => utf8(`holdfast export v1\0${of.mesh}\0${of.wallet}\0${of.request}`)
