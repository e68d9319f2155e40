import { readFileSync } from 'node:fs'
import { PersonId } from '@holdfast/base/ids'
import { policyTemplate, templateNames } from '@holdfast/base/policies/templates'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { policySchemaText } from '../support/policy-schema.ts'

const text = readFileSync('docs/policy.schema.json', 'utf8')

describe('the published schema of a policy', () => {
  it('is the one that the enclave parses by (npm run policy:schema)', () => {
    expect(JSON.parse(text)).toEqual(JSON.parse(policySchemaText()))
  })

  it('accepts every template, and no field that a policy does not have', () => {
    const validate = new Ajv2020({ strict: false }).compile(JSON.parse(text) as object)
    const owners = [PersonId('alice'), PersonId('bob')]
    for (const name of templateNames) {
      const made = policyTemplate(name, { owners, to: [`0x${'ab'.repeat(20)}`] })
      expect(validate(made), name).toBe(true)
      expect(validate({ ...made, more: 1 })).toBe(false)
      const [rule] = made.rules
      expect(validate({ ...made, rules: [{ ...rule, when: { too: [] } }] })).toBe(false)
    }
  })
})
