/**
 * How a value of a message is read from an item and written as one, for a version. Tables of
 * fields are made of these, and TypeScript infers the types of messages from the tables.
 */
import { fail } from '@holdfast/base/errors'
import type { Item, ItemOf, ItemType } from '../item.ts'
import { tagName } from '../names.ts'
import type { Version } from '../version.ts'

export type Type<Value> = {
  /** The value of an item whose tag the caller has matched; throws a `RefusalError`. */
  readonly read: (item: Item, version: Version) => Value
  /** The item of a value; throws where this version cannot say it. */
  readonly write: (tag: number, value: Value, version: Version) => Item
}

/** A type of which nothing is known: what tables of many types hold. */
export type AnyType = {
  readonly read: (item: Item, version: Version) => unknown
  readonly write: (tag: number, value: never, version: Version) => Item
}

export type ValueOf<Declared> = Declared extends Type<infer Value> ? Value : never

/** The name of a tag for the subject of a refusal. */
export const subjectOf = (tag: number): string => tagName(tag) ?? tag.toString(16)

/** The item as one of the type that its tag demands. */
export const expectType = <Expected extends ItemType>(
  item: Item,
  type: Expected,
): ItemOf<Expected> =>
  item.type === type
    ? (item as ItemOf<Expected>)
    : fail('malformed', `not of type ${type}`, subjectOf(item.tag))
