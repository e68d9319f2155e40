/** A request that waits for persons, as the zone that took it keeps it. */
import { approvalStates, said } from '@holdfast/base/approval'
import { authorisation } from '@holdfast/base/authorisation'
import { type Bytes } from '@holdfast/base/bytes'
import { parseCbor, toCbor } from '@holdfast/base/cbor'
import { type ErrorCode, errorTable } from '@holdfast/base/errors'
import { authorisationsMax } from '@holdfast/base/limits'
import { bytes, credentialId, hex, timestamp, walletId } from '@holdfast/base/schema'
import { z } from 'zod'

/** Without a proof: the certificate that had asked took it back. */
const decision = z.strictObject({ ...said.shape, proof: authorisation.exactOptional() })
export type Decision = z.infer<typeof decision>

const waitEntry = z.strictObject({
  format: z.literal('holdfast wait v1'),
  wallet: walletId,
  /** SHA-256 of `bytes`. */
  request: hex(32),
  operation: z.string(),
  /** What the requester sent, and how he proved it. */
  bytes,
  authorisations: z.array(authorisation).max(authorisationsMax),
  /** The client certificate of a request that came over KMIP. */
  certificate: credentialId.exactOptional(),
  takenAt: timestamp,
  expiresAt: timestamp,
  state: z.enum(approvalStates),
  approved: z.array(decision).max(authorisationsMax),
  rejected: z.array(decision).max(authorisationsMax),
  /** The operation's answer, JSON. */
  answer: bytes.exactOptional(),
  code: z.enum(Object.keys(errorTable) as [ErrorCode, ...ErrorCode[]]).exactOptional(),
})
export type WaitEntry = z.infer<typeof waitEntry>

export const encodeWait = (entry: WaitEntry): Bytes => toCbor(entry)
export const parseWait = (payload: Bytes): WaitEntry => parseCbor(waitEntry, payload)
