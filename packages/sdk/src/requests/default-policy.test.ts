import { PersonId } from '@holdfast/base/ids'
import { lintPolicy } from '@holdfast/base/policies/lint'
import { policy as policySchema } from '@holdfast/base/policy'
import { describe, expect, it } from 'vitest'
import { defaultPolicy } from './default-policy.ts'

const owners = [PersonId('alice'), PersonId('bob')]
const found = (policy: ReturnType<typeof defaultPolicy>): readonly string[] =>
  lintPolicy(
    policy,
    owners.map((id) => ({ id, owner: true })),
  ).map(({ kind }) => kind)

describe('the default policy', () => {
  it('lets a new credential in by the terms that its maker names', () => {
    const changes = { quorum: 2, delayMs: 86_400_000 }
    const policy = defaultPolicy({ owners, changes })
    expect(policySchema.parse(policy).changes).toEqual(changes)
    expect(found(policy)).not.toContain('no-terms')
  })

  it('names no terms by itself, of which the linter warns', () => {
    const policy = defaultPolicy({ owners })
    expect('changes' in policy).toBe(false)
    expect(found(policy)).toContain('no-terms')
  })
})
