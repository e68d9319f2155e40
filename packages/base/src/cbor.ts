/** CBOR (RFC 8949) for bytes between Holdfast's own programs: one encoding for every value. */
import { decode, encode } from 'cborg'
import type { z } from 'zod'
import type { Bytes } from './bytes.ts'
import { fail } from './errors.ts'
import { parseValue } from './schema.ts'

export type CborValue =
  | string
  | number
  | boolean
  | null
  | Bytes
  | readonly CborValue[]
  | { readonly [key: string]: CborValue | undefined }

/** Encodes a value; undefined fields are left out. */
export const toCbor = (value: CborValue): Bytes =>
  encode(value, { ignoreUndefinedProperties: true })

/** Shortest forms, definite lengths, no repeated keys: what a value is written in. */
export const strictCbor = {
  strict: true,
  allowIndefinite: false,
  allowUndefined: false,
  allowInfinity: false,
  allowNaN: false,
  rejectDuplicateMapKeys: true,
} as const

/** In the strict form, without trailing bytes; `malformed` otherwise. */
export const fromCbor = (untrusted: Bytes): unknown => {
  try {
    return decode(untrusted, strictCbor)
  } catch {
    return fail('malformed', 'not CBOR of the expected form')
  }
}

/** Decodes and checks by a schema: `malformed` or `invalid_field`. */
export const parseCbor = <Value>(schema: z.ZodType<Value>, untrusted: Bytes): Value =>
  parseValue(schema, fromCbor(untrusted))
