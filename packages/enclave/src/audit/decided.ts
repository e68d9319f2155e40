/** An entry of the log about one request. */
import type { AuditOutcome, DecidedEntry } from '@holdfast/base/audit'
import { toHex } from '@holdfast/base/bytes'
import type { PersonId } from '@holdfast/base/ids'
import { formatTimestamp } from '@holdfast/base/time'
import type { CoreContext } from '../core/context.ts'
import type { AnyCall } from '../operations/call.ts'
import type { WalletEntry } from '../wallets/wallet-entry.ts'

export type Decision = {
  readonly outcome: AuditOutcome
  readonly persons?: readonly PersonId[]
  readonly rule?: string
  readonly code?: string
  readonly version?: string
}

/** Who proved himself. */
export const personsOf = (
  credentials: WalletEntry['credentials'],
  authorisations: AnyCall['authorisations'],
): readonly PersonId[] => [
  ...new Set(authorisations.flatMap((one) => credentials.get(one.credential)?.person ?? [])),
]

/** Who proved himself by which credentials, and what came of it. No secret, no payload. */
export const decided = (
  { crypto, clock }: Pick<CoreContext, 'crypto' | 'clock'>,
  { wallet, credentials }: WalletEntry,
  { request, bytes, authorisations, certificate }: AnyCall,
  { outcome, persons, rule, code, version }: Decision,
): DecidedEntry => ({
  type: 'decided',
  at: formatTimestamp(clock.nowMs()),
  outcome,
  operation: request.operation,
  wallet: wallet.id,
  request: toHex(crypto.sha256(bytes)),
  policyVersion: wallet.policyVersion,
  persons: [...(persons ?? personsOf(credentials, authorisations))],
  credentials: [
    ...authorisations.map(({ credential }) => credential),
    ...(certificate === undefined ? [] : [certificate]),
  ],
  ...(rule === undefined ? {} : { rule }),
  ...(code === undefined ? {} : { code }),
  ...('intent' in request && request.intent !== undefined ? { intent: request.intent } : {}),
  ...(version === undefined ? {} : { version }),
})
