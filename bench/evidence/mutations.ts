/**
 * Changes of real evidence that every verifier must refuse: bytes, whole parts, parts of other
 * evidence, and the time. Drawn from a seed, so that what was found is found again.
 */
import { createHash } from 'node:crypto'
import { type Bytes, concat, equalBytes } from '@holdfast/base/bytes'
import type { EvidenceCase } from './cases.ts'
import type { Parts } from './verify-parts.ts'

export type Mutation = {
  /** What was done, to which part. */
  readonly what: string
  readonly parts: Parts
  readonly nowMs: number
}

type Draw = (below: number) => number

/** Numbers that depend on the seed alone; the small bias of the remainder does not matter here. */
const drawFrom = (seed: string): Draw => {
  let counter = 0
  return (below) => {
    counter += 1
    return createHash('sha256').update(`${seed} ${counter}`).digest().readUInt32BE(0) % below
  }
}

const changed = (bytes: Bytes, at: number, value: number): Bytes => bytes.with(at, value)

const ofBytes: Readonly<Record<string, (bytes: Bytes, draw: Draw) => Bytes>> = {
  'a bit flipped': (bytes, draw) => {
    const at = draw(bytes.length)
    return changed(bytes, at, (bytes[at] as number) ^ (1 << draw(8)))
  },
  'a byte replaced': (bytes, draw) => changed(bytes, draw(bytes.length), draw(256)),
  'a byte inserted': (bytes, draw) => {
    const at = draw(bytes.length + 1)
    return concat(bytes.subarray(0, at), Uint8Array.of(draw(256)), bytes.subarray(at))
  },
  'a byte left out': (bytes, draw) => {
    const at = draw(bytes.length)
    return concat(bytes.subarray(0, at), bytes.subarray(at + 1))
  },
  'cut off': (bytes, draw) => bytes.slice(0, draw(bytes.length)),
  'bytes behind it': (bytes, draw) => concat(bytes, new Uint8Array(1 + draw(64)).fill(draw(256))),
  'a field set to zero': (bytes, draw) => {
    const at = draw(bytes.length)
    return bytes.slice().fill(0, at, at + 2 ** draw(7))
  },
  'a field set to ones': (bytes, draw) => {
    const at = draw(bytes.length)
    return bytes.slice().fill(0xff, at, at + 2 ** draw(7))
  },
  'two ranges swapped': (bytes, draw) => {
    const length = 1 + draw(64)
    const [from, to] = [draw(bytes.length), draw(bytes.length)]
    const swapped = bytes.slice()
    const moved = bytes.slice(from, from + length)
    swapped.set(bytes.slice(to, to + moved.length), from)
    swapped.set(moved.subarray(0, bytes.length - to), to)
    return swapped
  },
}

const yearMs = 365 * 86_400_000

/** One change, or undefined where it changed nothing. */
const mutate = (
  one: EvidenceCase,
  others: readonly EvidenceCase[],
  draw: Draw,
): Mutation | undefined => {
  const names = Object.keys(one.parts)
  const name = names[draw(names.length)] as string
  const part = one.parts[name] as Bytes
  const replaced = (what: string, bytes: Bytes): Mutation | undefined =>
    equalBytes(bytes, part)
      ? undefined
      : { what: `${name}: ${what}`, parts: { ...one.parts, [name]: bytes }, nowMs: one.nowMs }
  const kind = draw(20)
  if (kind === 0) {
    const years = 12 + draw(40)
    const nowMs = one.nowMs + (draw(2) === 0 ? years : -years) * yearMs
    return { what: `${years} years off`, parts: one.parts, nowMs }
  }
  if (kind === 1) return replaced('empty', new Uint8Array())
  if (kind === 2) {
    const other = names[draw(names.length)] as string
    return replaced(`${other} in its place`, one.parts[other] as Bytes)
  }
  if (kind === 3) {
    const other = others[draw(others.length)] as EvidenceCase
    const theirs = Object.keys(other.parts)
    const taken = theirs.includes(name) ? name : (theirs[draw(theirs.length)] as string)
    return replaced(`${taken} of ${other.name} in its place`, other.parts[taken] as Bytes)
  }
  const kinds = Object.keys(ofBytes)
  const what = kinds[draw(kinds.length)] as string
  return replaced(what, (ofBytes[what] as (bytes: Bytes, draw: Draw) => Bytes)(part, draw))
}

/** `count` of them, each different from the evidence itself. */
export const mutationsOf = function* (
  one: EvidenceCase,
  options: {
    readonly others: readonly EvidenceCase[]
    readonly count: number
    readonly seed: string
  },
): Generator<Mutation> {
  const draw = drawFrom(`${options.seed} ${one.name}`)
  for (let made = 0; made < options.count; ) {
    const mutation = mutate(one, options.others, draw)
    if (mutation === undefined) continue
    made += 1
    yield mutation
  }
}

export type MutationResult = {
  readonly refused: number
  /** Refusals by code. */
  readonly codes: Readonly<Record<string, number>>
  /** What was accepted, or ended in an exception: must be empty. */
  readonly failures: readonly string[]
}

export const tryMutations = (
  one: EvidenceCase,
  options: Parameters<typeof mutationsOf>[1],
): MutationResult => {
  const codes: Record<string, number> = {}
  const failures: string[] = []
  let refused = 0
  for (const { what, parts, nowMs } of mutationsOf(one, options)) {
    try {
      const result = one.verify(parts, nowMs)
      if (result.ok) failures.push(`${what}: accepted`)
      else {
        refused += 1
        codes[result.refusal.code] = (codes[result.refusal.code] ?? 0) + 1
      }
    } catch (error) {
      failures.push(`${what}: ${error instanceof Error ? error.message : 'thrown'}`)
    }
  }
  return { refused, codes, failures }
}
