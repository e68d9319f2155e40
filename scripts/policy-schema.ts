/** Writes docs/policy.schema.json: the JSON Schema of a policy, as zod has it. */
import { writeFileSync } from 'node:fs'
import { policySchemaText } from '../tests/support/policy-schema.ts'

writeFileSync('docs/policy.schema.json', policySchemaText())
