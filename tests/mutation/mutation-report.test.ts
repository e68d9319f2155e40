import { describe, expect, it } from 'vitest'
import { type Explained, mutationReport, type StrykerReport } from './mutation-report.ts'

const source = 'export const is = (a: number) =>\n  a > 1 && a < 9\n'
const mutant = (status: string, from: number, to: number, replacement: string) => ({
  status,
  mutatorName: 'x',
  replacement,
  location: { start: { line: 2, column: from }, end: { line: 2, column: to } },
})
const reportOf = (...mutants: readonly ReturnType<typeof mutant>[]): StrykerReport => ({
  files: { 'packages/enclave/src/policy/is.ts': { source, mutants } },
})
const survivor = mutant('Survived', 3, 8, 'a >= 1')
const explained: Explained = {
  file: 'policy/is.ts',
  line: 'a > 1 && a < 9',
  code: 'a > 1',
  became: ['a >= 1'],
  why: 'a is never 1',
}
const many = Array.from({ length: 40 }, () => mutant('Killed', 3, 8, 'true'))

describe('the page on mutants', () => {
  it('counts what was killed, and says why the rest lives', () => {
    const { text, faults } = mutationReport(reportOf(...many, survivor), [explained])
    expect(faults).toEqual([])
    expect(text).toContain('| policy/is.ts | 41 | 40 | 97.6 |')
    expect(text).toContain('| policy/is.ts | `a > 1` | `a >= 1` | a is never 1 |')
  })

  it('finds a survivor that nobody explains, and an explanation that nobody needs', () => {
    expect(mutationReport(reportOf(...many, survivor), []).faults).toEqual([
      'not explained: policy/is.ts: a > 1 => a >= 1',
    ])
    expect(mutationReport(reportOf(...many), [explained]).faults).toEqual([
      'explained, but killed: policy/is.ts: a > 1',
    ])
    const elsewhere = { ...explained, line: 'a > 1' }
    expect(mutationReport(reportOf(...many, survivor), [elsewhere]).faults).toHaveLength(2)
  })

  it('is at fault where too few were killed', () => {
    const uncovered = mutant('NoCoverage', 3, 8, 'a >= 1')
    const { faults } = mutationReport(reportOf(many[0]!, uncovered), [explained])
    expect(faults).toEqual(['50.0 % killed, below 95 %'])
  })
})
