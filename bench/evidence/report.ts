/** Writes what was seen as `docs/evidence.md`. */
import type { Machine } from '../machine.ts'
import { table } from '../table.ts'
import type { EvidenceCase } from './cases.ts'
import type { MutationResult } from './mutations.ts'
import type { Timing } from './time-verifications.ts'

export type Seen = {
  readonly one: EvidenceCase
  readonly mutations: MutationResult
  readonly node: Timing
  readonly chromium: Timing
}

const ms = ({ medianMs, slowestMs }: Timing): string =>
  `${medianMs.toFixed(1)} (${slowestMs.toFixed(1)})`

const kilobytes = (bytes: number): string => `${Math.round(bytes / 1000)} kB`

export const evidenceReport = (run: {
  readonly seen: readonly Seen[]
  readonly machine: Machine
  readonly chromiumVersion: string
  readonly seed: string
  readonly sizes: { readonly minified: number; readonly gzip: number }
}): string => {
  const { seen, machine, sizes } = run
  return `# Evidence, seen to work

\`npm run evidence\` writes this file. It takes the real evidence of each platform, verifies it at
its own date, changes it and verifies it again, and measures how long that takes.

${table(
  ['platform', 'evidence', 'at its date', 'changes tried', 'refused', 'accepted or thrown'],
  seen.map(({ one, mutations: { refused, failures } }) => [
    one.name,
    one.what,
    `accepted (${new Date(one.nowMs).toISOString().slice(0, 10)})`,
    String(refused + failures.length),
    String(refused),
    String(failures.length),
  ]),
)}

The changes are drawn from the seed \`${run.seed}\`: bits and bytes replaced, inserted and left out,
parts cut, zeroed, swapped, replaced by each other and by those of other platforms, times years off.
By which codes they were refused:

${table(
  ['platform', 'codes'],
  seen.map(({ one, mutations }) => [
    one.name,
    Object.entries(mutations.codes)
      .toSorted(([, a], [, b]) => b - a)
      .map(([code, count]) => `\`${code}\` ${count}`)
      .join(', '),
  ]),
)}

Time of one verification in milliseconds, median and in brackets the slowest of forty; pure
JavaScript in both:

${table(
  ['platform', `Node ${machine.node}`, run.chromiumVersion],
  seen.map(({ one, node, chromium }) => [one.name, ms(node), ms(chromium)]),
)}

All verifiers for a browser in one file: ${kilobytes(sizes.minified)} minified,
${kilobytes(sizes.gzip)} with gzip. Measured on ${machine.processor}, ${machine.processors} of its
processors, ${machine.system}.
`
}
