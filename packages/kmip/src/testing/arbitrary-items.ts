/** Arbitrary item trees, for properties that hold of all of them. */
import * as fc from 'fast-check'
import type { Item, ItemType, ItemValues, Primitive } from '../item.ts'
import { tags } from '../tables/tags.ts'

const int64 = fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n })
const uint32 = fc.integer({ min: 0, max: 0xffff_ffff })

// XML cannot say most control characters; the other encodings can, and have their own tests.
const sayable = fc
  .string({ unit: 'binary', maxLength: 40 })
  .filter((text) => !/[^\t\n\r -\uFFFD\u{10000}-\u{10FFFF}]/u.test(text))

const values: { readonly [Type in Primitive]: fc.Arbitrary<ItemValues[Type]> } = {
  Integer: fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff }),
  LongInteger: int64,
  BigInteger: fc.bigInt({ min: -(1n << 200n), max: 1n << 200n }),
  Enumeration: uint32,
  Boolean: fc.boolean(),
  TextString: sayable,
  ByteString: fc.uint8Array({ maxLength: 40 }),
  DateTime: int64,
  Interval: uint32,
  DateTimeExtended: int64,
}

const tag = fc.oneof(
  fc.constantFrom(...Object.values(tags).map(([value]) => value)),
  fc.integer({ min: 0x540000, max: 0x54ffff }),
)

const primitives = (Object.keys(values) as Primitive[]).map((type) =>
  fc.record({
    tag,
    type: fc.constant(type as ItemType),
    value: values[type] as fc.Arbitrary<unknown>,
  }),
)

/** Trees of a few levels; the root is a structure. */
export const arbitraryItem: fc.Arbitrary<Item> = fc.letrec<{ node: unknown; tree: Item }>(
  (tie) => ({
    node: fc.oneof({ depthSize: 'small', withCrossShrink: true }, ...primitives, tie('tree')),
    tree: fc.record({
      tag,
      type: fc.constant('Structure'),
      value: fc.array(tie('node'), { maxLength: 6 }),
    }) as unknown as fc.Arbitrary<Item>,
  }),
).tree
