/** A contract's method as a policy writes it: `transfer(address to,uint256 value)`. */
import { fail } from '../errors.ts'
import { methodDepthMax, methodFieldsMax } from '../limits.ts'

/** Types of the contract ABI specification (v0.8); no aliases, no fixed-point numbers. */
export type AbiType =
  | { readonly kind: 'address' }
  | { readonly kind: 'bool' }
  | { readonly kind: 'bytes' }
  | { readonly kind: 'string' }
  | { readonly kind: 'uint' | 'int'; readonly bits: number }
  | { readonly kind: 'fixed-bytes'; readonly length: number }
  /** Without a length: as many as the data says. */
  | { readonly kind: 'array'; readonly of: AbiType; readonly length?: number }
  | { readonly kind: 'tuple'; readonly members: readonly AbiMember[] }
export type AbiMember = { readonly name: string; readonly type: AbiType }

export type Method = {
  readonly name: string
  readonly inputs: readonly AbiMember[]
  /** What its selector is the hash of: `transfer(address,uint256)`. */
  readonly canonical: string
}

const identifier = /[A-Za-z_$][A-Za-z0-9_$]{0,63}/y
const word = /[a-z]+[0-9]*/y
const suffix = /\[([1-9][0-9]{0,3})?\]/y

const wrong = (text: string): never =>
  fail('invalid_field', 'not a method as policies write them', text.slice(0, 80))

const plain: ReadonlySet<string> = new Set(['address', 'bool', 'bytes', 'string'])

const atom = (text: string): AbiType | undefined => {
  if (plain.has(text)) return { kind: text as 'address' }
  const [, kind, digits] = /^(uint|int|bytes)([1-9][0-9]{0,2})$/.exec(text) ?? []
  const size = Number(digits)
  if (kind === 'bytes') return size <= 32 ? { kind: 'fixed-bytes', length: size } : undefined
  if (kind === undefined || size > 256 || size % 8 !== 0) return undefined
  return { kind: kind as 'uint' | 'int', bits: size }
}

const canonicalOf = (type: AbiType): string => {
  if (type.kind === 'array') return `${canonicalOf(type.of)}[${type.length ?? ''}]`
  if (type.kind === 'tuple') return `(${type.members.map((of) => canonicalOf(of.type)).join(',')})`
  if (type.kind === 'fixed-bytes') return `bytes${type.length}`
  return 'bits' in type ? `${type.kind}${type.bits}` : type.kind
}

/**
 * Strict: one space between type and name, none elsewhere, every parameter named, names once.
 * Throws `invalid_field`.
 *
 *     parseMethod('swap((address token,uint256 amount) give,address to)').canonical
 *     // swap((address,uint256),address)
 */
export const parseMethod = (text: string): Method => {
  let at = 0
  let fields = 0
  const take = (pattern: RegExp): string => {
    pattern.lastIndex = at
    const [found] = pattern.exec(text) ?? []
    if (found === undefined) return wrong(text)
    at += found.length
    return found
  }
  const eat = (mark: string): boolean => {
    const there = text[at] === mark
    if (there) at += 1
    return there
  }

  const members = (depth: number): readonly AbiMember[] => {
    if (depth > methodDepthMax || !eat('(')) return wrong(text)
    const found: AbiMember[] = []
    if (eat(')')) return found
    do {
      fields += 1
      if (fields > methodFieldsMax) return wrong(text)
      const type = arrays(text[at] === '(' ? tuple(depth) : (atom(take(word)) ?? wrong(text)))
      if (!eat(' ')) return wrong(text)
      const name = take(identifier)
      if (found.some((one) => one.name === name)) return wrong(text)
      found.push({ name, type })
    } while (eat(','))
    return eat(')') ? found : wrong(text)
  }
  const tuple = (depth: number): AbiType => {
    const inside = members(depth + 1)
    return inside.length > 0 ? { kind: 'tuple', members: inside } : wrong(text)
  }
  const arrays = (of: AbiType): AbiType => {
    let type = of
    for (let depth = 0; text[at] === '['; depth += 1) {
      if (depth >= methodDepthMax) return wrong(text)
      const length = Number(take(suffix).slice(1, -1))
      type = { kind: 'array', of: type, ...(length === 0 ? {} : { length }) }
    }
    return type
  }

  const name = take(identifier)
  const inputs = members(1)
  if (at !== text.length) return wrong(text)
  const canonical = `${name}${canonicalOf({ kind: 'tuple', members: inputs })}`
  return { name, inputs, canonical }
}
