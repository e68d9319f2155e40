/** Restores the keys of a wallet from its guardians' shares. Needs no server and no network. */
import { decodeVault, type Vault, vaultBinding, vaultNonce } from '@holdfast/base/backup/vault'
import { equalBytes } from '@holdfast/base/bytes'
import { fail } from '@holdfast/base/errors'
import { combine } from 'shamir-secret-sharing'
import { primitives } from '../crypto/primitives.ts'
import type { GuardianShare } from './share-text.ts'

const checkTogether = (shares: readonly GuardianShare[]): GuardianShare => {
  const [first] = shares
  if (first === undefined) return fail('bad_share', 'no share was given')
  for (const share of shares) {
    const one = share.set === first.set && share.wallet === first.wallet
    if (!one || share.threshold !== first.threshold || !equalBytes(share.vault, first.vault)) {
      return fail('bad_share', 'the shares are of different backups', share.guardian)
    }
  }
  const coordinates = new Set(shares.map(({ share }) => share.at(-1)))
  if (coordinates.size < shares.length) return fail('bad_share', 'a share is given twice')
  if (shares.length < first.threshold) {
    const more = `${shares.length} of ${first.threshold}`
    return fail('bad_share', 'the backup needs more shares', more)
  }
  return first
}

/**
 * The caller clears the secrets. Refuses `bad_share`: of different backups, too few, given twice,
 * or one of them is not what its guardian was given.
 */
export const restoreWallet = async (shares: readonly GuardianShare[]): Promise<Vault> => {
  const { mesh, wallet, set, threshold, vault } = checkTogether(shares)
  const key = await combine(shares.map(({ share }) => share))
  const plaintext = primitives.chacha20Poly1305.open({
    key,
    nonce: vaultNonce,
    associatedData: vaultBinding({ mesh, wallet, set, threshold }),
    ciphertext: vault,
  })
  key.fill(0)
  if (plaintext === undefined) return fail('bad_share', 'one of the shares is damaged')
  return decodeVault(plaintext)
}
