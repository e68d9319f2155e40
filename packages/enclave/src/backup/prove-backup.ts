/** Tries a backup without showing it: shares sealed to this enclave must give the wallet's keys. */
import type { BackupSet } from '@holdfast/base/backup/backup-set'
import { shareCheck } from '@holdfast/base/backup/share-check'
import {
  decodeVault,
  proofInfo,
  type Vault,
  vaultBinding,
  vaultNonce,
} from '@holdfast/base/backup/vault'
import { type Bytes, equalBytes } from '@holdfast/base/bytes'
import { accept, type Result, refuse } from '@holdfast/base/errors'
import { openHpke } from '@holdfast/base/hpke'
import type { SealedSecret } from '@holdfast/base/requests/wallet-create'
import { bytesOf } from '@holdfast/base/schema'
import type { Wallet } from '@holdfast/base/wallet'
import type { CoreContext } from '../core/context.ts'
import { sealedToKey } from '../identity/own-identities.ts'
import { clearVault, readVault } from './read-vault.ts'
import { combineShares } from './secret-sharing.ts'

type Context = Pick<CoreContext, 'crypto' | 'identities' | 'mesh' | 'records' | 'self'>

type Proof = { readonly wallet: Wallet; readonly set: BackupSet }

const openShare = (context: Context, { wallet, set }: Proof, sealed: SealedSecret) => {
  const { crypto, identities, mesh, self } = context
  if (sealed.boot !== self.boot) {
    return refuse('bad_seal', 'the share is sealed to another enclave', sealed.boot)
  }
  const recipient = bytesOf(sealed.sealingKey, 'base64url')
  const meant = sealedToKey(identities, ({ sealingPublicKey }) =>
    equalBytes(sealingPublicKey, recipient),
  )
  if (!meant.ok) return meant
  const opened = meant.value.sealing.use((recipientPrivateKey) =>
    openHpke({
      primitives: crypto,
      recipientPrivateKey,
      sealed: {
        encapsulation: bytesOf(sealed.encapsulation, 'base64url'),
        ciphertext: bytesOf(sealed.ciphertext, 'base64url'),
      },
      info: proofInfo({ mesh, wallet: wallet.id, set: set.id }),
    }),
  )
  if (!opened.ok) return opened
  const check = shareCheck(crypto, set.id, opened.value)
  if (set.guardians.some((one) => one.check === check)) return opened
  opened.value.fill(0)
  return refuse('bad_share', 'this is no share of the backup')
}

const openVault = (context: Context, { wallet, set }: Proof, key: Bytes): Result<Vault> => {
  const { crypto, mesh } = context
  const plaintext = crypto.chacha20Poly1305.open({
    key,
    nonce: vaultNonce,
    associatedData: vaultBinding({
      mesh,
      wallet: wallet.id,
      set: set.id,
      threshold: set.threshold,
    }),
    ciphertext: bytesOf(set.vault, 'base64url'),
  })
  if (plaintext === undefined) return refuse('bad_share', 'the shares do not open the backup')
  return accept(decodeVault(plaintext))
}

const same = (left: Bytes | undefined, right: Bytes | undefined): boolean =>
  left === undefined || right === undefined ? left === right : equalBytes(left, right)

/** Every key of the wallet must be there, with the very secret that is held. */
const checkKeys = async (
  context: Context,
  wallet: Wallet,
  restored: Vault,
): Promise<Result<void>> => {
  const held = await readVault(context, wallet)
  const wrong = held.keys.find((key) => {
    const other = restored.keys.find((one) => one.id === key.id)
    return !(same(key.secret, other?.secret) && same(key.passphrase, other?.passphrase))
  })
  clearVault(held)
  return wrong === undefined
    ? accept(undefined)
    : refuse('bad_share', 'the backup does not restore this key', wrong.id)
}

/**
 * Refuses `bad_share` (none of this backup, too few, given twice, or what they restore is not the
 * wallet's), `bad_seal` (sealed to another enclave) and `identity_renewed` (to an older key of it).
 */
export const proveBackup = async (
  context: Context,
  proof: Proof,
  sealed: readonly SealedSecret[],
): Promise<Result<void>> => {
  const shares: Bytes[] = []
  try {
    for (const one of sealed) {
      const share = openShare(context, proof, one)
      if (!share.ok) return share
      shares.push(share.value)
    }
    if (shares.length < proof.set.threshold) {
      return refuse('bad_share', 'the backup needs more shares', String(proof.set.threshold))
    }
    const key = await combineShares(shares)
    if (!key.ok) return key
    const vault = openVault(context, proof, key.value)
    key.value.fill(0)
    if (!vault.ok) return vault
    const checked = await checkKeys(context, proof.wallet, vault.value)
    clearVault(vault.value)
    return checked
  } finally {
    for (const share of shares) share.fill(0)
  }
}
