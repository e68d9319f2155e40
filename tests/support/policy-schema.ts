/** The JSON Schema of a policy, as its file has it. */
import { policy } from '@holdfast/base/policy'
import { z } from 'zod'

/** `npm run policy:schema` writes it; a test compares. */
export const policySchemaText = (): string => {
  const { $schema, ...schema } = z.toJSONSchema(policy, { io: 'input' })
  const named = { $schema, $id: 'urn:holdfast:policy:v1', title: 'A policy of Holdfast', ...schema }
  return `${JSON.stringify(named, undefined, 2)}\n`
}
