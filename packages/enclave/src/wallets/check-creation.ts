/** What a new wallet's request must fulfil beyond its schema, before a key is made. */
import { utf8 } from '@holdfast/base/bytes'
import { accept, attempt, type Result, refuse } from '@holdfast/base/errors'
import { CredentialId } from '@holdfast/base/ids'
import { checkPlacement, type PlacementZone } from '@holdfast/base/placement-resolve'
import type { WalletCreate } from '@holdfast/base/requests/wallet-create'
import { bytesOf } from '@holdfast/base/schema'
import type { Credential } from '@holdfast/base/wallet'
import type { Crypto } from '../ports/crypto.ts'

const credentialIdOf = (crypto: Crypto, credential: Credential): CredentialId => {
  const publicKey = bytesOf(credential.publicKey, 'base64url')
  const context = utf8(`${credential.kind}\0${credential.algorithm}\0`)
  return CredentialId.of(crypto.sha256(context, publicKey).subarray(0, 16))
}

const hasTwice = (values: readonly string[]): boolean => new Set(values).size !== values.length

const checkPersons = (crypto: Crypto, request: WalletCreate): Result<void> => {
  const persons = new Map(request.persons.map((person) => [person.id, person]))
  if (persons.size !== request.persons.length) {
    return refuse('invalid_field', 'a person stands twice in the wallet', 'persons')
  }
  if (hasTwice(request.credentials.map((credential) => credential.id))) {
    return refuse('invalid_field', 'a credential stands twice in the wallet', 'credentials')
  }
  for (const credential of request.credentials) {
    if (!persons.has(credential.person)) {
      return refuse('invalid_field', 'a credential names no person of the wallet', credential.id)
    }
    const id = attempt(() => credentialIdOf(crypto, credential))
    if (!id.ok) return id
    if (id.value !== credential.id) {
      return refuse('invalid_field', 'the id of a credential is not that of its key', credential.id)
    }
  }
  const owned = request.credentials.some(
    (credential) => persons.get(credential.person)?.owner === true,
  )
  if (!owned) return refuse('invalid_field', 'no owner of the wallet has a credential', 'persons')
  return accept(undefined)
}

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
