/** The policy that a waiting change was authorised under, as the document writes it. */
import { toHex, utf8 } from '@holdfast/base/bytes'
import type { Policy } from '@holdfast/base/policy'
import type { Crypto } from '../ports/crypto.ts'

export const policyHash = (crypto: Crypto, policy: Policy): string =>
  toHex(crypto.sha256(utf8(JSON.stringify(policy))))
