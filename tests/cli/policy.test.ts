import { describe, expect, it } from 'vitest'
import { holdfast } from './command.ts'

const template = ['policy', 'template', 'treasury', '--owner', 'alice', '--owner', 'bob', '--json']

describe('holdfast policy', () => {
  it('makes a template that it explains, and finds nothing wrong with', async () => {
    const made = await holdfast(template)
    expect(made.code).toBe(0)
    const policy = JSON.parse(made.stdout)
    expect(policy.changes).toEqual({ quorum: 2, delayMs: 172_800_000 })
    const stdin = JSON.stringify(policy)
    const linted = await holdfast(['policy', 'lint', '-', '--json'], { stdin })
    expect(linted.code).toBe(0)
    expect(JSON.parse(linted.stdout)).toEqual({ findings: [] })
    const explained = await holdfast(['policy', 'explain', '-'], { stdin })
    expect(explained.stdout).toContain('2 of alice and bob may sign (transfers)')
  })

  it('leaves with status 1 for findings, and for what is no policy', async () => {
    const rules = [{ id: 'all', effect: 'allow', operations: ['*'] }]
    const stdin = JSON.stringify({ format: 'holdfast policy v1', rules })
    const linted = await holdfast(['policy', 'lint', '-'], { stdin })
    expect(linted.code).toBe(1)
    expect(linted.stdout).toContain('no-terms')
    const wrong = await holdfast(['policy', 'explain', '-', '--json'], { stdin: '{"rules":[]}' })
    expect(wrong.code).toBe(1)
    expect(JSON.parse(wrong.stderr).code).toBe('invalid_field')
  })
})
