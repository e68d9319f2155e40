/** A guardian's side: opens his share of a wallet's backup, and seals it to an enclave again. */
import type { BackupSet } from '@holdfast/base/backup/backup-set'
import { shareCheck } from '@holdfast/base/backup/share-check'
import { guardianInfo, proofInfo } from '@holdfast/base/backup/vault'
import { fromBase64Url, toBase64Url } from '@holdfast/base/bytes'
import { fail } from '@holdfast/base/errors'
import { openHpke, sealHpke } from '@holdfast/base/hpke'
import type { SealedSecret } from '@holdfast/base/requests/wallet-create'
import type { Wallet } from '@holdfast/base/wallet'
import { primitives } from '../crypto/primitives.ts'
import { randomBytes } from '../entropy.ts'
import { valueOf } from '../problem.ts'
import type { Enclave } from '../trust.ts'
import type { GuardianKey } from './guardian-key.ts'
import type { GuardianShare } from './share-text.ts'

/** What a guardian is given: the wallet's names and the backup, as the document shows them. */
export type SealedBackup = Pick<Wallet, 'id' | 'mesh' | 'name'> & { readonly set: BackupSet }

/** The wallet's backup to hand out: the newest, or the one that is named. */
export const sealedBackup = (wallet: Wallet, set?: string): SealedBackup => {
  const found =
    set === undefined ? wallet.backups?.at(-1) : wallet.backups?.find(({ id }) => id === set)
  if (found === undefined) return fail('invalid_field', 'the wallet has no such backup', set)
  return { id: wallet.id, mesh: wallet.mesh, name: wallet.name, set: found }
}

/** Refusals: `bad_key` (none of its shares is for this guardian), `bad_seal`, `bad_share`. */
export const openShare = (
  { id, mesh, name, set }: SealedBackup,
  guardian: GuardianKey,
): GuardianShare => {
  const own = set.guardians.find(({ publicKey }) => publicKey === guardian.publicKey)
  if (own === undefined) return fail('bad_key', 'the backup has no share for this guardian')
  const share = guardian.secret.use((recipientPrivateKey) =>
    valueOf(
      openHpke({
        primitives,
        recipientPrivateKey,
        sealed: {
          encapsulation: fromBase64Url(own.encapsulation),
          ciphertext: fromBase64Url(own.ciphertext),
        },
        info: guardianInfo({ mesh, wallet: id, set: set.id }),
      }),
    ),
  )
  if (shareCheck(primitives, set.id, share) !== own.check) {
    return fail('bad_share', 'the share is not the one that the wallet names')
  }
  return {
    format: 'holdfast share v1',
    mesh,
    wallet: id,
    name,
    set: set.id,
    createdAt: set.createdAt,
    threshold: set.threshold,
    guardian: own.name,
    share,
    vault: fromBase64Url(set.vault),
  }
}

/** For a drill: the share, sealed to one verified enclave of the wallet's home. */
export const sealShareTo = (
  enclave: Enclave,
  { mesh, wallet, set, share }: GuardianShare,
): SealedSecret => {
  const { boot, sealingPublicKey } = enclave.verdict.identity
  const sealed = valueOf(
    sealHpke({
      primitives,
      recipientPublicKey: fromBase64Url(sealingPublicKey),
      ephemeralPrivateKey: randomBytes(32),
      info: proofInfo({ mesh, wallet, set }),
      plaintext: share,
    }),
  )
  return {
    boot,
    sealingKey: sealingPublicKey,
    encapsulation: toBase64Url(sealed.encapsulation),
    ciphertext: toBase64Url(sealed.ciphertext),
  }
}
