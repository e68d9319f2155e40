/** Values and bytes that are nearly valid: what a strict parser must refuse, and never break at. */
import * as fc from 'fast-check'
import type { Bytes } from '../bytes.ts'

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

const isObject = (value: Json): value is { readonly [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * The value with one thing wrong, in every place where that can be: a field that nobody knows in
 * each object, and another type in place of each leaf. By the path of what is wrong.
 */
export const wrongInOnePlace = (value: unknown): readonly (readonly [string, unknown])[] => {
  const inside = (untyped: unknown, path: string): (readonly [string, unknown])[] => {
    const at = untyped as Json
    if (Array.isArray(at)) {
      const items = at as readonly Json[]
      return items.flatMap((item, index) =>
        inside(item, `${path}.${index}`).map(
          ([where, wrong]) => [where, items.with(index, wrong as Json)] as const,
        ),
      )
    }
    if (!isObject(at) || at instanceof Uint8Array) return [[path, { strange: [] }]]
    return [
      [`${path}.strange`, { ...at, strange: 1 }],
      ...Object.entries(at).flatMap(([key, field]) =>
        inside(field, `${path}.${key}`).map(
          ([where, wrong]) => [where, { ...at, [key]: wrong }] as const,
        ),
      ),
    ]
  }
  return inside(value, '')
}

/** The bytes cut, with bytes changed, with bytes put in, or with a part of them twice. */
export const nearlyBytes = (valid: Bytes): fc.Arbitrary<Bytes> => {
  const place = fc.nat({ max: valid.length })
  const join = (...parts: readonly Bytes[]): Bytes =>
    Uint8Array.from(parts.flatMap((part) => [...part]))
  return fc.oneof(
    place.map((at) => valid.slice(0, at)),
    fc
      .tuple(place, fc.integer({ min: 1, max: 255 }))
      .map(([at, bits]) => valid.map((byte, index) => (index === at ? byte ^ bits : byte))),
    fc
      .tuple(place, fc.uint8Array({ minLength: 1, maxLength: 4 }))
      .map(([at, more]) => join(valid.subarray(0, at), more, valid.subarray(at))),
    fc.tuple(place, place).map(([from, to]) => join(valid.subarray(0, to), valid.subarray(from))),
  )
}
