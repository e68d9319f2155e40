/** Makes a backup: the vault sealed under a fresh key, the key split among guardians. */
import type { BackupSet, Guardian } from '@holdfast/base/backup/backup-set'
import { shareCheck } from '@holdfast/base/backup/share-check'
import { encodeVault, guardianInfo, vaultBinding, vaultNonce } from '@holdfast/base/backup/vault'
import { type Bytes, toBase64Url, toHex } from '@holdfast/base/bytes'
import { accept, type Result } from '@holdfast/base/errors'
import { sealHpke } from '@holdfast/base/hpke'
import { bytesOf } from '@holdfast/base/schema'
import { outsideHeap } from '@holdfast/base/secret-map'
import { formatTimestamp } from '@holdfast/base/time'
import type { Wallet } from '@holdfast/base/wallet'
import type { CoreContext } from '../core/context.ts'
import { clearVault, readVault } from './read-vault.ts'
import { splitKey } from './secret-sharing.ts'

type Context = Pick<CoreContext, 'clock' | 'crypto' | 'entropy' | 'mesh' | 'records'>

type SealedShare = BackupSet['guardians'][number]

const sealShare = (
  { crypto, entropy, mesh }: Context,
  of: { readonly wallet: Wallet; readonly set: string; readonly guardian: Guardian },
  share: Bytes,
): Result<SealedShare> => {
  const { guardian, set } = of
  const sealed = sealHpke({
    primitives: crypto,
    recipientPublicKey: bytesOf(guardian.publicKey, 'base64url'),
    ephemeralPrivateKey: entropy.bytes(32),
    info: guardianInfo({ mesh, wallet: of.wallet.id, set }),
    plaintext: share,
  })
  if (!sealed.ok) return sealed
  return accept({
    ...guardian,
    check: shareCheck(crypto, set, share),
    encapsulation: toBase64Url(sealed.value.encapsulation),
    ciphertext: toBase64Url(sealed.value.ciphertext),
  })
}

const sealVault = async (
  context: Context,
  wallet: Wallet,
  {
    key,
    set,
    threshold,
  }: { readonly key: Bytes; readonly set: string; readonly threshold: number },
): Promise<Bytes> => {
  const { crypto, mesh } = context
  const vault = await readVault(context, wallet)
  const plaintext = encodeVault(vault)
  clearVault(vault)
  const associatedData = vaultBinding({ mesh, wallet: wallet.id, set, threshold })
  const sealed = crypto.chacha20Poly1305.seal({ key, nonce: vaultNonce, associatedData, plaintext })
  plaintext.fill(0)
  return sealed
}

/** Refuses `bad_seal` where a guardian's public key is none. */
export const makeBackup = async (
  context: Context,
  wallet: Wallet,
  { threshold, guardians }: { readonly threshold: number; readonly guardians: readonly Guardian[] },
): Promise<Result<BackupSet>> => {
  const set = toHex(context.entropy.bytes(16))
  const key = outsideHeap(32)
  context.entropy.fill(key)
  const vault = await sealVault(context, wallet, { key, set, threshold })
  const shares = await splitKey(key, { count: guardians.length, threshold })
  key.fill(0)
  const sealed: SealedShare[] = []
  try {
    for (const [index, guardian] of guardians.entries()) {
      const share = shares[index] as Bytes
      const one = sealShare(context, { wallet, set, guardian }, share)
      if (!one.ok) return one
      sealed.push(one.value)
    }
  } finally {
    for (const share of shares) share.fill(0)
  }
  return accept({
    id: set,
    createdAt: formatTimestamp(context.clock.nowMs()),
    threshold,
    keys: wallet.keys.map(({ id }) => id),
    vault: toBase64Url(vault),
    guardians: sealed,
  })
}
