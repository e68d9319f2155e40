/** The policy of a wallet whose maker names none: its owners may do what can be decoded. */
import type { PersonId } from '@holdfast/base/ids'
import type { Policy } from '@holdfast/base/policy'

export type DefaultPolicy = {
  readonly owners: readonly PersonId[]
  /**
   * `request` (default): each signature needs a proof over its own bytes. `session`: a sealed
   * session that was authenticated once may show the wallet and sign.
   */
  readonly proof?: 'request' | 'session'
}

/**
 * Owners manage the wallet and sign whatever the enclave can decode. Raw use stays denied: name
 * the effect `unknown` in a rule of your own for it.
 */
export const defaultPolicy = ({ owners, proof = 'request' }: DefaultPolicy): Policy => ({
  format: 'holdfast policy v1',
  rules: [
    {
      id: 'owners-see',
      effect: 'allow',
      operations: ['wallet.show'],
      persons: [...owners],
      proof,
    },
    {
      id: 'owners-change',
      effect: 'allow',
      operations: ['account.add'],
      persons: [...owners],
      proof: 'request',
    },
    {
      id: 'owners-sign',
      effect: 'allow',
      operations: ['sign'],
      persons: [...owners],
      proof,
      when: { effects: ['transfer', 'approve', 'call', 'deploy', 'delegate', 'message'] },
    },
  ],
})
