/** What a new wallet's request must fulfil beyond its schema, before a key is made. */
import { accept, type Result, refuse } from '@holdfast/base/errors'
import { checkPlacement, type PlacementZone } from '@holdfast/base/placement-resolve'
import type { WalletCreate } from '@holdfast/base/requests/wallet-create'
import { checkPersons } from '../credentials/check-persons.ts'
import type { Crypto } from '../ports/crypto.ts'

const hasTwice = (values: readonly string[]): boolean => new Set(values).size !== values.length

const checkPolicy = (request: WalletCreate): Result<void> => {
  const persons = new Set<string>(request.persons.map((person) => person.id))
  if (hasTwice(request.policy.rules.map((rule) => rule.id))) {
    return refuse('invalid_field', 'two rules of the policy have one id', 'policy.rules')
  }
  for (const rule of request.policy.rules) {
    if (rule.persons?.some((person) => !persons.has(person)) === true) {
      return refuse('invalid_field', 'a rule names no person of the wallet', rule.id)
    }
    const bounded = rule.when?.maxAmount !== undefined || rule.when?.maxFee !== undefined
    if (rule.effect === 'deny' && bounded) {
      return refuse('invalid_field', 'a bound belongs to a rule that allows', rule.id)
    }
    if ((rule.quorum ?? 1) > (rule.persons?.length ?? persons.size)) {
      return refuse('invalid_field', 'a rule wants more persons than it names', rule.id)
    }
  }
  return accept(undefined)
}

/** Refusals: `invalid_field`, `unknown_zone`, `too_few_zones`, `placement_mismatch`. */
export const checkCreation = (
  request: WalletCreate,
  context: { readonly crypto: Crypto; readonly zones: readonly PlacementZone[] },
): Result<void> => {
  const persons = checkPersons(context.crypto, request)
  if (!persons.ok) return persons
  const policy = checkPolicy(request)
  if (!policy.ok) return policy
  const { placement, home } = request
  return checkPlacement({ placement, home, zones: context.zones })
}
