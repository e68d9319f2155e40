/** Arguments of a call and fields of typed data, as rules of a policy look at them. */
import { type Bytes, toHex } from '@holdfast/base/bytes'

export type FieldValue =
  | { readonly type: 'integer'; readonly value: bigint }
  | { readonly type: 'bool'; readonly value: boolean }
  /** Addresses as well. */
  | { readonly type: 'bytes'; readonly value: Bytes }
  | { readonly type: 'text'; readonly value: string }
  | { readonly type: 'list'; readonly items: readonly FieldValue[] }
  | { readonly type: 'struct'; readonly fields: ReadonlyMap<string, FieldValue> }

export type StructValue = Extract<FieldValue, { type: 'struct' }>

/** As policies write it; undefined for what has parts. */
export const writtenValue = (value: FieldValue): string | undefined => {
  if (value.type === 'integer') return value.value.toString()
  if (value.type === 'bool') return value.value ? 'true' : 'false'
  if (value.type === 'bytes') return `0x${toHex(value.value)}`
  return value.type === 'text' ? value.value : undefined
}
