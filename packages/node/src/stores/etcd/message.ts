/**
 * Messages of Protocol Buffers as tables of fields, whose types follow from them:
 *
 *     const point = message({ x: int64(1), name: bytes(2), next: many(3, otherPoint) })
 *     point.decode(point.encode({ x: 4n }))
 *
 * As proto3 says: a scalar of its zero value is not written, an absent one is read as it, unknown
 * fields are passed over, and of a field that stands twice the last one counts.
 */
import type { Bytes } from '@holdfast/base/bytes'
import { fail } from '@holdfast/base/errors'
import {
  createWireReader,
  createWireWriter,
  type WireReader,
  type WireType,
  type WireWriter,
  wireTypes,
} from './wire.ts'

export type Codec<Read, Write> = {
  encode(value: Write): Bytes
  /** Refuses `malformed`. */
  decode(bytes: Bytes): Read
}

type Field<Read, Write> = {
  readonly number: number
  readonly type: WireType
  readonly initial: Read
  write(writer: WireWriter, value: Write): void
  read(reader: WireReader, before: Read): Read
}

/** Methods are compared loosely, so that a field of any types is one of these. */
type Fields = Readonly<Record<string, Field<unknown, unknown>>>
type ReadOf<Table extends Fields> = {
  readonly [Name in keyof Table]: Table[Name] extends Field<infer Read, infer _> ? Read : never
}
type WriteOf<Table extends Fields> = {
  readonly [Name in keyof Table]?: Table[Name] extends Field<infer _, infer Write> ? Write : never
}

const scalar = <Value>(
  number: number,
  initial: Value,
  convert: { readonly to: (value: Value) => bigint; readonly from: (raw: bigint) => Value },
): Field<Value, Value> => ({
  number,
  type: wireTypes.varint,
  initial,
  write: (writer, value) => {
    const raw = convert.to(value)
    if (raw === 0n) return
    writer.tag(number, wireTypes.varint)
    writer.varint(raw)
  },
  read: (reader) => convert.from(reader.varint()),
})

const same = (value: bigint): bigint => value

export const uint64 = (number: number): Field<bigint, bigint> =>
  scalar(number, 0n, { to: same, from: same })
export const int64 = (number: number): Field<bigint, bigint> =>
  scalar(number, 0n, { to: same, from: (raw) => BigInt.asIntN(64, raw) })
export const bool = (number: number): Field<boolean, boolean> =>
  scalar(number, false, { to: (value) => (value ? 1n : 0n), from: (raw) => raw !== 0n })
export const enumeration = (number: number): Field<number, number> =>
  scalar(number, 0, { to: BigInt, from: (raw) => Number(BigInt.asIntN(32, raw)) })

/** Also for text: what is read is a copy of its own. */
export const bytes = (number: number): Field<Bytes, Bytes> => ({
  number,
  type: wireTypes.lengthDelimited,
  initial: new Uint8Array(0),
  write: (writer, value) => {
    if (value.length === 0) return
    writer.tag(number, wireTypes.lengthDelimited)
    writer.lengthDelimited(value)
  },
  read: (reader) => new Uint8Array(reader.lengthDelimited()),
})

export const one = <Read, Write>(
  number: number,
  codec: Codec<Read, Write>,
): Field<Read | undefined, Write> => ({
  number,
  type: wireTypes.lengthDelimited,
  initial: undefined,
  write: (writer, value) => {
    writer.tag(number, wireTypes.lengthDelimited)
    writer.lengthDelimited(codec.encode(value))
  },
  read: (reader) => codec.decode(reader.lengthDelimited()),
})

export const many = <Read, Write>(
  number: number,
  codec: Codec<Read, Write>,
): Field<readonly Read[], readonly Write[]> => ({
  number,
  type: wireTypes.lengthDelimited,
  initial: [],
  write: (writer, values) => {
    for (const value of values) {
      writer.tag(number, wireTypes.lengthDelimited)
      writer.lengthDelimited(codec.encode(value))
    }
  },
  read: (reader, before) => {
    const value = codec.decode(reader.lengthDelimited())
    // The first one makes a list that is this message's own; the others join it.
    if (before.length === 0) return [value]
    ;(before as Read[]).push(value)
    return before
  },
})

export const message = <const Table extends Fields>(
  table: Table,
): Codec<ReadOf<Table>, WriteOf<Table>> => {
  const names = new Map(Object.entries(table).map(([name, { number }]) => [number, name]))
  const initial = Object.fromEntries(
    Object.entries(table).map(([name, field]) => [name, field.initial]),
  )
  return {
    encode: (value) => {
      const writer = createWireWriter()
      for (const [name, field] of Object.entries(table)) {
        const given = (value as Record<string, unknown>)[name]
        if (given !== undefined) field.write(writer, given)
      }
      return writer.finish()
    },
    decode: (untrusted) => {
      const reader = createWireReader(untrusted)
      const values: Record<string, unknown> = { ...initial }
      while (!reader.ended()) {
        const { number, type } = reader.tag()
        const name = names.get(number)
        const field = name === undefined ? undefined : table[name]
        if (name === undefined || field === undefined) reader.skip(type)
        else if (type !== field.type) fail('malformed', 'a field of the store has another type')
        else values[name] = field.read(reader, values[name])
      }
      return values as ReadOf<Table>
    },
  }
}
