import { describe, expect, it } from 'vitest'
import { casesFolder } from './cases.ts'
import { readCaseFiles } from './conformance/case-files.ts'
import { runCases } from './conformance/run-cases.ts'

describe.skipIf(casesFolder === undefined)('the published cases over the wire', () => {
  it('pass in every version, or stand among the exemptions with a reason', async () => {
    const files = readCaseFiles(casesFolder as string)
    const results = await runCases(files)
    const failed = results.filter(({ result }) => result === 'fail')
    expect(failed.map(({ file, reason }) => `${file}: ${reason}`)).toEqual([])
    expect(results.length).toBe(526)
    expect(results.filter(({ result }) => result === 'pass').length).toBeGreaterThanOrEqual(517)
  }, 300_000)
})
