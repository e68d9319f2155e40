/** The tickets of a new password must be those of the wallet's own enclaves. */
import { toBase64Url } from '@holdfast/base/bytes'
import { accept, type Result, refuse } from '@holdfast/base/errors'
import type { Credential } from '@holdfast/base/wallet'
import type { CoreContext } from '../../core/context.ts'
import type { WalletEntry } from '../../wallets/wallet-entry.ts'
import { passwordSecrets } from './secrets.ts'

/** Refuses `invalid_field`, `unsupported`. */
export const checkTicketKeys = async (
  context: Pick<CoreContext, 'crypto' | 'records'>,
  entry: WalletEntry,
  credentials: readonly Credential[],
): Promise<Result<void>> => {
  for (const credential of credentials) {
    if (credential.kind !== 'password') continue
    const secrets = await passwordSecrets(context, entry, credential.setup)
    if (!secrets.ok) return secrets
    const { ticketSeed } = secrets.value
    const expected = toBase64Url(context.crypto.ed25519.publicKey(ticketSeed))
    ticketSeed.fill(0)
    if (credential.ticketKey !== expected) {
      return refuse('invalid_field', 'the ticket key is not of these enclaves', credential.id)
    }
  }
  return accept(undefined)
}
