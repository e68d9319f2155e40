/** The policy of a wallet whose maker names none: its owners may do what can be decoded. */
import type { PersonId } from '@holdfast/base/ids'
import type { ChangeTerms, Policy, Rule } from '@holdfast/base/policy'

export type DefaultPolicy = {
  readonly owners: readonly PersonId[]
  /**
   * `request` (default): each signature needs a proof over its own bytes. `session`: a sealed
   * session that was authenticated once may show the wallet and sign.
   */
  readonly proof?: 'request' | 'session'
  /** Also what the enclave cannot decode, such as typed data of a kind that it does not know. */
  readonly allowUndecoded?: boolean
  /** Certificates of the wallet may use its general objects over KMIP. */
  readonly kmip?: boolean
  /**
   * How many owners let a new credential in, or change anything else that loosens, and after which
   * delay, in which any of them can cancel it. Default: one owner, at once.
   */
  readonly changes?: ChangeTerms
}

const decoded = ['transfer', 'approve', 'call', 'deploy', 'delegate', 'message'] as const

/** A certificate proves its key in the TLS handshake of its connection, never in a request. */
const kmipRule: Rule = {
  id: 'certificates-kmip',
  effect: 'allow',
  operations: ['kmip'],
  kinds: ['tls-certificate'],
  proof: 'session',
}

/**
 * Owners manage the wallet and sign whatever the enclave can decode. What it cannot decode stays
 * denied unless it is allowed here, or by a rule of your own that names the effect `unknown`.
 */
export const defaultPolicy = ({
  owners,
  proof = 'request',
  allowUndecoded = false,
  kmip = false,
  changes,
}: DefaultPolicy): Policy => ({
  format: 'holdfast policy v1',
  ...(changes === undefined ? {} : { changes }),
  rules: [
    {
      id: 'owners-see',
      effect: 'allow',
      operations: ['wallet.show', 'audit.show'],
      persons: [...owners],
      proof,
    },
    {
      id: 'owners-change',
      effect: 'allow',
      operations: [
        'account.add',
        'credential.add',
        'credential.remove',
        'wallet.backup',
        'backup.prove',
      ],
      persons: [...owners],
      proof: 'request',
    },
    {
      id: 'owners-sign',
      effect: 'allow',
      operations: ['sign'],
      persons: [...owners],
      proof,
      when: { effects: allowUndecoded ? [...decoded, 'unknown'] : [...decoded] },
    },
    ...(kmip ? [kmipRule] : []),
  ],
})
