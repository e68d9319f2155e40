/** Field schemas that the wire messages share; each refuses what its text form does not allow. */
import { z } from 'zod'
import { type Bytes, fromBase64Url, fromHex } from './bytes.ts'
import { fail } from './errors.ts'
import * as ids from './ids.ts'
import { parseStrictJson } from './json.ts'

const branded = <Id extends string>(pattern: RegExp): z.ZodType<Id, string> =>
  z.string().regex(pattern) as unknown as z.ZodType<Id, string>

export const meshId = branded<ids.MeshId>(ids.MeshId.pattern)
export const walletId = branded<ids.WalletId>(ids.WalletId.pattern)
export const objectId = branded<ids.ObjectId>(ids.ObjectId.pattern)
export const accountId = branded<ids.AccountId>(ids.AccountId.pattern)
export const credentialId = branded<ids.CredentialId>(ids.CredentialId.pattern)
export const bootId = branded<ids.BootId>(ids.BootId.pattern)
export const sessionId = branded<ids.SessionId>(ids.SessionId.pattern)
export const intentId = branded<ids.IntentId>(ids.IntentId.pattern)
export const zoneId = branded<ids.ZoneId>(ids.ZoneId.pattern)
export const personId = branded<ids.PersonId>(ids.PersonId.pattern)

/** A label for people: 1 to 64 characters, no control characters. */
export const label = z
  .string()
  .min(1)
  .max(64)
  .regex(/^\P{Cc}+$/u)

/** Lower-case hexadecimal without a prefix, of a fixed number of bytes or of any. */
export const hex = (byteLength?: number): z.ZodString =>
  z
    .string()
    .regex(
      byteLength === undefined ? /^(?:[0-9a-f]{2})*$/ : RegExp(`^[0-9a-f]{${byteLength * 2}}$`),
    )

/** Base64url without padding (RFC 4648 §5). */
export const base64url = z.string().regex(/^[A-Za-z0-9_-]*$/)

/** One message of OPAQUE, in base64url; the longest has 320 bytes. */
export const opaqueMessage = base64url.min(1).max(1024)

/** Raw bytes, where the encoding has them (CBOR). */
export const bytes = z.custom<Bytes>((value) => value instanceof Uint8Array)

/** A non-negative decimal integer without leading zeros: money and counts on the wire. */
export const decimal = z.string().regex(/^(?:0|[1-9][0-9]{0,77})$/)

/** RFC 3339 in UTC, with milliseconds or without. */
export const timestamp = z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{3})?Z$/)

/** BIP-32 path: `m/44'/60'/0'/0/0`. */
export const derivationPath = z.string().regex(/^m(?:\/(?:0|[1-9][0-9]{0,9})'?){1,10}$/)

/**
 * Parses strict JSON bytes by a schema. `malformed` where they are no JSON, `invalid_field` with
 * the path of the first wrong field otherwise.
 */
export const parseJson = <Value>(schema: z.ZodType<Value>, untrusted: Bytes): Value =>
  parseValue(schema, parseStrictJson(untrusted))

/** Checks a value that JSON or CBOR gave. */
export const parseValue = <Value>(schema: z.ZodType<Value>, untrusted: unknown): Value => {
  const parsed = schema.safeParse(untrusted)
  if (parsed.success) return parsed.data
  const path = parsed.error.issues[0]?.path.map(String).join('.') ?? ''
  return fail('invalid_field', 'a field is missing, unknown or has a wrong value', path)
}

/** Bytes of a field that its schema has checked; `invalid_field` for stray bits. */
export const bytesOf = (text: string, form: 'hex' | 'base64url'): Bytes => {
  try {
    return form === 'hex' ? fromHex(text) : fromBase64Url(text)
  } catch {
    return fail('invalid_field', `not ${form}`)
  }
}
