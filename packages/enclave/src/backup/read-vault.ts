/** The plaintext of a wallet's vault, out of its opened keys. */
import type { Vault } from '@holdfast/base/backup/vault'
import type { Bytes } from '@holdfast/base/bytes'
import type { Secret } from '@holdfast/base/secret'
import { outsideHeap } from '@holdfast/base/secret-map'
import type { Wallet } from '@holdfast/base/wallet'
import type { CoreContext } from '../core/context.ts'
import { openKey } from '../wallets/key-objects.ts'

export type VaultContext = Pick<CoreContext, 'crypto' | 'mesh' | 'records'>

type VaultKey = Vault['keys'][number]

const copyOf = (secret: Secret): Bytes =>
  secret.use((bytes) => {
    const copy = outsideHeap(bytes.length)
    copy.set(bytes)
    return copy
  })

/** One key with its secret; the caller clears it. */
export const readVaultKey = async (
  context: VaultContext,
  wallet: Wallet,
  key: Wallet['keys'][number],
): Promise<VaultKey> => {
  using material = await openKey(context, wallet.id, key.id)
  const { kind, secret, passphrase } = material
  return {
    id: key.id,
    name: key.name,
    kind,
    secret: copyOf(secret),
    ...(passphrase === undefined ? {} : { passphrase: copyOf(passphrase) }),
    ...(key.publicKey === undefined ? {} : { publicKey: key.publicKey }),
  }
}

export const clearVault = ({ keys }: Pick<Vault, 'keys'>): void => {
  for (const { secret, passphrase } of keys) {
    secret.fill(0)
    passphrase?.fill(0)
  }
}

/** The caller clears it. */
export const readVault = async (context: VaultContext, wallet: Wallet): Promise<Vault> => {
  const keys: VaultKey[] = []
  try {
    for (const key of wallet.keys) keys.push(await readVaultKey(context, wallet, key))
  } catch (error) {
    clearVault({ keys })
    throw error
  }
  return {
    format: 'holdfast vault v1',
    mesh: context.mesh,
    wallet: wallet.id,
    name: wallet.name,
    keys,
    accounts: wallet.accounts.map(({ key, chain, address, path, script, network }) => ({
      key,
      chain,
      address,
      ...(path === undefined ? {} : { path }),
      ...(script === undefined ? {} : { script }),
      ...(network === undefined ? {} : { network }),
    })),
  }
}
