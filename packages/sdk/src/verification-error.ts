/** A node that cannot be trusted: what was expected of it and what was seen, in words. */
import type { Difference } from '@holdfast/attestation'
import type { Refusal } from '@holdfast/base/errors'

const inWords = ({ what, expected, seen }: Difference): string =>
  `  ${what}\n    expected  ${expected}\n    seen      ${seen}`

/** Thrown before any secret has left the client; its message shows every difference. */
export class VerificationError extends Error {
  override readonly name = 'VerificationError'
  /** Code and detail of the first rule that did not hold. */
  readonly refusal: Refusal
  readonly differences: readonly Difference[]
  /** Address of the node. */
  readonly node: string

  constructor(input: {
    readonly node: string
    readonly refusal: Refusal
    readonly differences: readonly Difference[]
  }) {
    const { node, refusal, differences } = input
    const head = `${node} is not trusted (${refusal.code}): ${refusal.detail}`
    super([head, ...differences.map(inWords)].join('\n'))
    this.node = node
    this.refusal = refusal
    this.differences = differences
  }
}
