/**
 * A structure as a table of fields: tag, type, how often, from which version to which. Reading
 * is one pass over the items; what the table of that version has not is refused.
 */
import { fail } from '@holdfast/base/errors'
import { type Item, item, type StructureItem } from '../item.ts'
import { repetitionsMax } from '../limits.ts'
import { tagNumber } from '../names.ts'
import type { TagName } from '../tables/tags.ts'
import { inRange, type Version, type VersionRange, versionIndex, versions } from '../version.ts'
import { type AnyType, expectType, subjectOf, type Type } from './type.ts'

/** One way to say a field on the wire, in some versions. */
type Wire = {
  readonly range: VersionRange
  readonly required: boolean
  readonly many: boolean
  readonly tags: readonly number[]
  readonly read: (item: Item, version: Version) => unknown
  readonly write: (value: unknown, version: Version) => Item
}

/** A field of a structure; the phantom types carry its value and whether it is always there. */
export type Field<Value, Always extends boolean> = {
  readonly wires: readonly Wire[]
  readonly value?: Value
  readonly always?: Always
}

type AnyField = Field<unknown, boolean>

export type Fields = Readonly<Record<string, AnyField>>

type Simplify<Shape> = { readonly [Key in keyof Shape]: Shape[Key] }

type FieldValue<Declared> = Declared extends Field<infer Value, boolean> ? Value : never

type IsAlways<Declared> = Declared extends { readonly always?: infer Always }
  ? Exclude<Always, undefined> extends true
    ? true
    : false
  : false

/** The type of a structure, inferred from its table. */
export type StructureValue<Table extends Fields> = Simplify<
  {
    readonly [Key in keyof Table as IsAlways<Table[Key]> extends true ? Key : never]: FieldValue<
      Table[Key]
    >
  } & {
    readonly [Key in keyof Table as IsAlways<Table[Key]> extends true ? never : Key]?:
      | FieldValue<Table[Key]>
      | undefined
  }
>

export type StructureType<Table extends Fields> = Type<StructureValue<Table>> & {
  readonly fields: Table
}

type Times = { readonly required: boolean; readonly many: boolean }

const wire = (tag: TagName, type: AnyType, times: Times, range: VersionRange): Wire => {
  const number = tagNumber(tag)
  return {
    ...times,
    range,
    tags: [number],
    read: type.read,
    write: (value, version) => type.write(number, value as never, version),
  }
}

const single = (
  tag: TagName,
  type: AnyType,
  times: Times,
  range: VersionRange,
): { readonly wires: readonly Wire[] } => ({ wires: [wire(tag, type, times, range)] })

/** Must be there in the versions of its range; with no range it always is. */
export function required<Value>(tag: TagName, type: Type<Value>): Field<Value, true>
export function required<Value>(
  tag: TagName,
  type: Type<Value>,
  range: VersionRange,
): Field<Value, false>
export function required<Value>(
  tag: TagName,
  type: Type<Value>,
  range: VersionRange = {},
): Field<Value, boolean> {
  return single(tag, type, { required: true, many: false }, range)
}

/** May be there, once. */
export const optional = <Value>(
  tag: TagName,
  type: Type<Value>,
  range: VersionRange = {},
): Field<Value, false> => single(tag, type, { required: false, many: false }, range)

/** May be there any number of times; absent where there are none. */
export const many = <Value>(
  tag: TagName,
  type: Type<Value>,
  range: VersionRange = {},
): Field<readonly Value[], false> => single(tag, type, { required: false, many: true }, range)

/** Must be there, once or more. */
export const some = <Value>(tag: TagName, type: Type<Value>): Field<readonly Value[], true> =>
  single(tag, type, { required: true, many: true }, {})

/** One field that versions say in different ways; their ranges must not overlap. */
export const byVersion = <Value>(
  ...alternatives: readonly Field<Value, boolean>[]
): Field<Value, false> => ({ wires: alternatives.flatMap(({ wires }) => wires) })

/** As `byVersion`, where every version must have it. */
export const alwaysByVersion = <Value>(
  ...alternatives: readonly Field<Value, boolean>[]
): Field<Value, true> => ({ wires: alternatives.flatMap(({ wires }) => wires) })

type Alternatives = Readonly<Partial<Record<TagName, AnyType>>>

/** The value of a field that is one of several structures, told apart by their tags. */
export type Choice<Table> = {
  readonly [Key in keyof Table]: Table[Key] extends Type<infer Value>
    ? { readonly type: Key; readonly value: Value }
    : never
}[keyof Table]

/** Exactly one of several structures, told apart by their tags. */
export const oneOf = <const Table extends Alternatives>(
  table: Table,
  times: { readonly required: boolean } = { required: true },
): Field<Choice<Table>, true> => {
  const byTag = new Map(
    Object.entries(table).map(([name, type]) => [tagNumber(name as TagName), { name, type }]),
  )
  const only: Wire = {
    required: times.required,
    many: false,
    range: {},
    tags: [...byTag.keys()],
    read: (from, version) => {
      const entry = byTag.get(from.tag)
      return { type: entry?.name, value: entry?.type?.read(from, version) }
    },
    write: (choice, version) => {
      const { type, value } = choice as { readonly type: TagName; readonly value: never }
      const tag = tagNumber(type)
      const found = byTag.get(tag)?.type
      return found === undefined
        ? fail('invalid_field', 'not one of the structures of this field', type)
        : found.write(tag, value, version)
    },
  }
  return { wires: [only] }
}

type Entry = { readonly key: string; readonly wire: Wire }

type Plan = {
  readonly entries: readonly Entry[]
  readonly byTag: ReadonlyMap<number, Entry>
  readonly keys: ReadonlySet<string>
}

const planFor = (fields: Fields, version: Version): Plan => {
  const entries = Object.entries(fields).flatMap(([key, { wires }]) =>
    wires.filter(({ range }) => inRange(version, range)).map((wire) => ({ key, wire })),
  )
  const byTag = new Map(
    entries.flatMap((entry) => entry.wire.tags.map((tag): [number, Entry] => [tag, entry])),
  )
  return { entries, byTag, keys: new Set(entries.map(({ key }) => key)) }
}

type Values = Record<string, unknown>

const keep = (values: Values, { key, wire }: Entry, value: unknown, tag: number): void => {
  if (!wire.many) {
    if (Object.hasOwn(values, key)) fail('malformed', 'a field stands twice', subjectOf(tag))
    values[key] = value
    return
  }
  const list = (values[key] ??= []) as unknown[]
  if (list.length >= repetitionsMax) fail('too_large', 'a field repeats too often', subjectOf(tag))
  list.push(value)
}

const readFields = (plan: Plan, from: StructureItem, version: Version): Values => {
  const values: Values = {}
  for (const child of from.value) {
    const entry = plan.byTag.get(child.tag)
    if (entry === undefined) {
      return fail('unknown_tag', `no field of ${subjectOf(from.tag)}`, subjectOf(child.tag))
    }
    keep(values, entry, entry.wire.read(child, version), child.tag)
  }
  for (const { key, wire } of plan.entries) {
    if (wire.required && !Object.hasOwn(values, key)) {
      fail('missing_field', `absent from ${subjectOf(from.tag)}`, subjectOf(wire.tags[0] ?? 0))
    }
  }
  return values
}

const writeFields = (plan: Plan, tag: number, values: Values, version: Version): Item => {
  const children: Item[] = []
  for (const { key, wire } of plan.entries) {
    const value = values[key]
    const list = wire.many ? ((value ?? []) as readonly unknown[]) : [value]
    for (const one of list) if (one !== undefined) children.push(wire.write(one, version))
    if (wire.required && (value === undefined || list.length === 0)) {
      fail('missing_field', `absent from ${subjectOf(tag)}`, key)
    }
  }
  return item(tag, 'Structure', children) as Item
}

const refuseLater = (fields: Fields, plan: Plan, values: Values, version: Version): void => {
  for (const key of Object.keys(values)) {
    if (values[key] === undefined || plan.keys.has(key)) continue
    const detail = Object.hasOwn(fields, key) ? `not a field of ${version}` : 'no such field'
    fail('unknown_tag', detail, key)
  }
}

/** What a writer does with a field that its version has not. */
export type Later = 'refuse' | 'omit'

/**
 * The type of a structure with these fields. A request refuses to be written without a field
 * that its sender meant; a response omits what an older client would not know.
 */
export const structure = <const Table extends Fields>(
  fields: Table,
  later: Later = 'refuse',
): StructureType<Table> => {
  const plans = versions.map((version) => planFor(fields, version))
  const planOf = (version: Version): Plan => plans[versionIndex(version)] as Plan
  return {
    fields,
    read: (from, version) =>
      readFields(planOf(version), expectType(from, 'Structure'), version) as StructureValue<Table>,
    write: (tag, value, version) => {
      const plan = planOf(version)
      if (later === 'refuse') refuseLater(fields, plan, value, version)
      return writeFields(plan, tag, value, version)
    },
  }
}
