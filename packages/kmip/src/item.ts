/**
 * One item of a message: a tag, a type and a value. All three encodings (TTLV, XML, JSON) read
 * into and write from trees of these; a value is always of the type that the item names.
 */
import type { Bytes } from '@holdfast/base/bytes'

/** Item types in the order of their TTLV codes, which begin at 1 (KMIP 2.1 §10.1.2). */
export const itemTypes = [
  'Structure',
  'Integer',
  'LongInteger',
  'BigInteger',
  'Enumeration',
  'Boolean',
  'TextString',
  'ByteString',
  'DateTime',
  'Interval',
  'DateTimeExtended',
] as const

export type ItemType = (typeof itemTypes)[number]

/** The TTLV code of each type. */
export const itemCodes = Object.fromEntries(
  itemTypes.map((type, index) => [type, index + 1]),
) as Readonly<Record<ItemType, number>>

/** What each type holds. Whole seconds and microseconds since 1970 are `bigint`. */
export type ItemValues = {
  readonly Structure: readonly Item[]
  readonly Integer: number
  readonly LongInteger: bigint
  readonly BigInteger: bigint
  readonly Enumeration: number
  readonly Boolean: boolean
  readonly TextString: string
  readonly ByteString: Bytes
  readonly DateTime: bigint
  readonly Interval: number
  readonly DateTimeExtended: bigint
}

export type ItemOf<Type extends ItemType> = {
  readonly tag: number
  readonly type: Type
  readonly value: ItemValues[Type]
}

export type Item = { readonly [Type in ItemType]: ItemOf<Type> }[ItemType]

export type StructureItem = ItemOf<'Structure'>

export const item = <Type extends ItemType>(
  tag: number,
  type: Type,
  value: ItemValues[Type],
): ItemOf<Type> => ({ tag, type, value })

/** The types that hold a value rather than items. */
export type Primitive = Exclude<ItemType, 'Structure'>
export type PrimitiveItem = Exclude<Item, StructureItem>

/** One function for each primitive type, so that no type is forgotten. */
export type PrimitiveReaders<Arguments extends readonly unknown[]> = {
  readonly [Type in Primitive]: (...from: Arguments) => ItemValues[Type]
}
export type PrimitiveWriters<Text, Context> = {
  readonly [Type in Primitive]: (value: ItemValues[Type], context: Context) => Text
}

/** The item that the reader of its type makes. */
export const readWith = <Arguments extends readonly unknown[]>(
  readers: PrimitiveReaders<Arguments>,
  tag: number,
  type: Primitive,
  ...from: Arguments
): Item => ({ tag, type, value: readers[type](...from) }) as Item

/** What the writer of its type makes of an item. */
export const writeWith = <Text, Context>(
  writers: PrimitiveWriters<Text, Context>,
  { type, value }: PrimitiveItem,
  context: Context,
): Text => (writers[type] as (value: unknown, context: Context) => Text)(value, context)

const int32Min = -0x8000_0000
const int32Max = 0x7fff_ffff
const uint32Max = 0xffff_ffff
const int64Min = -(1n << 63n)
const int64Max = (1n << 63n) - 1n

const isInt64 = (value: unknown): boolean =>
  typeof value === 'bigint' && value >= int64Min && value <= int64Max
const isUint32 = (value: unknown): boolean =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) <= uint32Max

/** Whether a value is one that the type can hold; an array is not looked into. */
export const isItemValue: { readonly [Type in ItemType]: (value: unknown) => boolean } = {
  Structure: Array.isArray,
  Integer: (value) =>
    Number.isInteger(value) && (value as number) >= int32Min && (value as number) <= int32Max,
  LongInteger: isInt64,
  BigInteger: (value) => typeof value === 'bigint',
  Enumeration: isUint32,
  Boolean: (value) => typeof value === 'boolean',
  TextString: (value) => typeof value === 'string' && value.isWellFormed(),
  ByteString: (value) => value instanceof Uint8Array,
  DateTime: isInt64,
  Interval: isUint32,
  DateTimeExtended: isInt64,
}
