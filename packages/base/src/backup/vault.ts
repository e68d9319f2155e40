/** What a backup restores, and how it is bound to its wallet: the plaintext of the vault. */
import { z } from 'zod'
import { type Bytes, utf8 } from '../bytes.ts'
import { bitcoinNetwork, bitcoinScript, chain, keyKind } from '../chain.ts'
import type { MeshId, WalletId } from '../ids.ts'
import { bytes, derivationPath, hex, label, meshId, objectId, walletId } from '../schema.ts'

export const vault = z.strictObject({
  format: z.literal('holdfast vault v1'),
  mesh: meshId,
  wallet: walletId,
  name: label,
  keys: z.array(
    z.strictObject({
      id: objectId,
      name: label,
      kind: keyKind,
      /** 32 bytes of a scalar or seed; for `bip39` the entropy of the phrase. */
      secret: bytes,
      /** Of an imported phrase that had one (NFKD, UTF-8). */
      passphrase: bytes.exactOptional(),
      publicKey: hex().exactOptional(),
    }),
  ),
  accounts: z.array(
    z.strictObject({
      key: objectId,
      chain,
      address: z.string(),
      path: derivationPath.exactOptional(),
      script: bitcoinScript.exactOptional(),
      network: bitcoinNetwork.exactOptional(),
    }),
  ),
})
export type Vault = z.infer<typeof vault>

/** The key of a vault seals one message, ever. */
export const vaultNonce: Bytes = new Uint8Array(12)

type Named = { readonly mesh: MeshId; readonly wallet: WalletId; readonly set: string }

const bound = (purpose: string, { mesh, wallet, set }: Named, rest = ''): Bytes =>
  utf8(`holdfast ${purpose} v1\0${mesh}\0${wallet}\0${set}${rest}`)

/** Associated data of the vault. */
export const vaultBinding = (of: Named & { readonly threshold: number }): Bytes =>
  bound('vault', of, `\0${of.threshold}`)

/** HPKE `info` of a share on its way to its guardian. */
export const guardianInfo = (of: Named): Bytes => bound('guardian', of)

/** HPKE `info` of a share that a guardian seals to an enclave, to prove the backup. */
export const proofInfo = (of: Named): Bytes => bound('backup proof', of)
