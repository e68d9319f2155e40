/** What a policy's methods are checked by: the chain's hash, and the methods known already. */
import type { MethodHashing } from '@holdfast/base/policies/check-calls'
import { knownMethods } from '@holdfast/base/policies/known-methods'
import type { Crypto } from '../ports/crypto.ts'

export const methodHashing = (crypto: Crypto): MethodHashing => ({
  keccak256: (bytes) => crypto.keccak256(bytes),
  known: knownMethods,
})
