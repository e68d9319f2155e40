/** What a new wallet's request must fulfil beyond its schema, before a key is made. */
import type { Result } from '@holdfast/base/errors'
import { checkPlacement, type PlacementZone } from '@holdfast/base/placement-resolve'
import { checkPolicy } from '@holdfast/base/policies/check'
import type { WalletCreate } from '@holdfast/base/requests/wallet-create'
import { checkPersons } from '../credentials/check-persons.ts'
import { methodHashing } from '../policy/method-hashing.ts'
import type { Crypto } from '../ports/crypto.ts'

/** Refusals: `invalid_field`, `unknown_zone`, `too_few_zones`, `placement_mismatch`. */
export const checkCreation = (
  request: WalletCreate,
  context: { readonly crypto: Crypto; readonly zones: readonly PlacementZone[] },
): Result<void> => {
  const persons = checkPersons(context.crypto, request)
  if (!persons.ok) return persons
  const policy = checkPolicy(request.policy, request, methodHashing(context.crypto))
  if (!policy.ok) return policy
  const { placement, home } = request
  return checkPlacement({ placement, home, zones: context.zones })
}
