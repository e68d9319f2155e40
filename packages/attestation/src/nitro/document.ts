/** AWS Nitro attestation documents: COSE_Sign1 (RFC 9052 §4.2) of a CBOR map. */
import { type Bytes, equalBytes, fromHex, toHex } from '@holdfast/base/bytes'
import { strictCbor } from '@holdfast/base/cbor'
import { fail } from '@holdfast/base/errors'
import { decode } from 'cborg'
import { nitroDocumentBytesMax } from './limits.ts'

export type NitroDocument = {
  /** What the signature is over, as they stand in the document. */
  readonly protectedHeader: Bytes
  readonly payload: Bytes
  /** r ‖ s of P-384. */
  readonly signature: Bytes
  readonly moduleId: string
  readonly timestampMs: number
  /** PCRs 0 to at most 31, hexadecimal. */
  readonly pcrs: ReadonlyMap<number, string>
  readonly certificate: Bytes
  /** Root first. */
  readonly caBundle: readonly Bytes[]
  readonly publicKey?: Bytes
  readonly userData?: Bytes
  readonly nonce?: Bytes
}

/** {1: −35}: ES384, and nothing else. */
const es384Header = fromHex('a1013822')
const signatureLength = 96
const digestLength = 48

const decodeCbor = (bytes: Bytes): unknown => {
  try {
    return decode(bytes, { ...strictCbor, useMaps: true })
  } catch (error) {
    const trailing = error instanceof Error && /too many terminals/.test(error.message)
    return trailing
      ? fail('quote_trailing_bytes', 'bytes stand behind the document')
      : fail('quote_malformed', 'not CBOR in its only form')
  }
}

const malformed = (what: string): never =>
  fail('quote_malformed', 'a field of the document has another form', what)

const bytesOf = (value: unknown, what: string, maxLength: number): Bytes =>
  value instanceof Uint8Array && value.length > 0 && value.length <= maxLength
    ? value
    : malformed(what)

const fieldNames: ReadonlySet<unknown> = new Set([
  'module_id',
  'digest',
  'timestamp',
  'pcrs',
  'certificate',
  'cabundle',
  'public_key',
  'user_data',
  'nonce',
])

const parsePcrs = (value: unknown): ReadonlyMap<number, string> => {
  if (!(value instanceof Map) || value.size === 0 || value.size > 32) return malformed('pcrs')
  const pcrs = new Map<number, string>()
  for (const [index, digest] of value as Map<unknown, unknown>) {
    if (typeof index !== 'number' || index < 0 || index > 31) return malformed('pcrs')
    const bytes = bytesOf(digest, 'pcrs', digestLength)
    pcrs.set(index, bytes.length === digestLength ? toHex(bytes) : malformed('pcrs'))
  }
  return pcrs
}

const optional = (fields: Map<unknown, unknown>, name: string, maxLength: number) => {
  const value = fields.get(name) ?? null
  return value === null ? undefined : bytesOf(value, name, maxLength)
}

/** The bounds are those of AWS's "Nitro Enclaves Attestation Process" §3.1. */
const parsePayload = (payload: Bytes) => {
  const fields = decodeCbor(payload)
  if (!(fields instanceof Map)) return malformed('payload')
  for (const name of fields.keys()) if (!fieldNames.has(name)) malformed('payload')
  const moduleId: unknown = fields.get('module_id')
  const timestampMs: unknown = fields.get('timestamp')
  const bundle: unknown = fields.get('cabundle')
  if (typeof moduleId !== 'string' || moduleId === '') return malformed('module_id')
  if (fields.get('digest') !== 'SHA384') return malformed('digest')
  if (typeof timestampMs !== 'number' || timestampMs <= 0) return malformed('timestamp')
  if (!Array.isArray(bundle) || bundle.length === 0 || bundle.length > 8) {
    return malformed('cabundle')
  }
  const publicKey = optional(fields, 'public_key', 1024)
  const userData = optional(fields, 'user_data', 512)
  const nonce = optional(fields, 'nonce', 512)
  return {
    moduleId,
    timestampMs,
    pcrs: parsePcrs(fields.get('pcrs')),
    certificate: bytesOf(fields.get('certificate'), 'certificate', 1024),
    caBundle: bundle.map((certificate) => bytesOf(certificate, 'cabundle', 1024)),
    ...(publicKey === undefined ? {} : { publicKey }),
    ...(userData === undefined ? {} : { userData }),
    ...(nonce === undefined ? {} : { nonce }),
  }
}

/** Parses a document; `quote_malformed`, `quote_trailing_bytes` or `quote_unsupported`. */
export const parseNitroDocument = (untrusted: Bytes): NitroDocument => {
  if (untrusted.length > nitroDocumentBytesMax) malformed('document')
  const parts = decodeCbor(untrusted)
  if (!Array.isArray(parts) || parts.length !== 4) return malformed('document')
  const [header, unprotectedHeader, content, mark] = parts as unknown[]
  const protectedHeader = bytesOf(header, 'header', 64)
  if (!equalBytes(protectedHeader, es384Header)) {
    fail('quote_unsupported', 'the signature is of another kind')
  }
  if (!(unprotectedHeader instanceof Map) || unprotectedHeader.size > 0) malformed('header')
  const payload = bytesOf(content, 'payload', nitroDocumentBytesMax)
  const signature = bytesOf(mark, 'signature', signatureLength)
  if (signature.length !== signatureLength) malformed('signature')
  return { protectedHeader, payload, signature, ...parsePayload(payload) }
}
