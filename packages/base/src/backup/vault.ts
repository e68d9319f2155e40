/** What a backup restores, and how it is bound to its wallet: the plaintext of the vault. */
import { z } from 'zod'
import { type Bytes, utf8 } from '../bytes.ts'
import { bitcoinNetwork, bitcoinScript, chain, keyKind } from '../chain.ts'
import type { MeshId, WalletId } from '../ids.ts'
import { parseStrictJson } from '../json.ts'
import {
  bytes,
  derivationPath,
  hex,
  label,
  meshId,
  objectId,
  parseValue,
  walletId,
} from '../schema.ts'
import { encodeSecretMap, parseSecretMap } from '../secret-map.ts'

export const exportedKey = z.strictObject({
  id: objectId,
  name: label,
  kind: keyKind,
  /** 32 bytes of a scalar or seed; for `bip39` the entropy of the phrase. */
  secret: bytes,
  /** Of an imported phrase that had one (NFKD, UTF-8). */
  passphrase: bytes.exactOptional(),
  publicKey: hex().exactOptional(),
})
export type ExportedKey = z.infer<typeof exportedKey>

const vaultAccount = z.strictObject({
  key: objectId,
  chain,
  address: z.string(),
  path: derivationPath.exactOptional(),
  script: bitcoinScript.exactOptional(),
  network: bitcoinNetwork.exactOptional(),
})

const named = {
  format: z.literal('holdfast vault v1'),
  mesh: meshId,
  wallet: walletId,
  name: label,
} as const

/** As it is written: the accounts as JSON, and each key as a map of its own (`key.0`, …). */
const written = z.object({ ...named, accounts: z.string() }).catchall(bytes)

const vault = z.strictObject({
  ...named,
  keys: z.array(exportedKey),
  accounts: z.array(vaultAccount),
})
export type Vault = z.infer<typeof vault>

/** One buffer with every secret in it, which the caller erases. */
export const encodeVault = ({ keys, accounts, ...rest }: Vault): Bytes => {
  const parts = keys.map((key) => encodeSecretMap(key))
  const encoded = encodeSecretMap({
    ...rest,
    accounts: JSON.stringify(accounts),
    ...Object.fromEntries(parts.map((part, index) => [`key.${index}`, part])),
  })
  for (const part of parts) part.fill(0)
  return encoded
}

/** Secrets are views of `plaintext`: erasing it erases them. `malformed` or `invalid_field`. */
export const decodeVault = (plaintext: Bytes): Vault => {
  const { accounts, format, mesh, wallet, name, ...keys } = parseSecretMap(written, plaintext)
  return parseValue(vault, {
    format,
    mesh,
    wallet,
    name,
    accounts: parseStrictJson(utf8(accounts)),
    keys: Object.values(keys).map((key) => parseSecretMap(exportedKey, key)),
  })
}

/** The key of a vault seals one message, ever. */
export const vaultNonce: Bytes = new Uint8Array(12)

type Binding = { readonly mesh: MeshId; readonly wallet: WalletId; readonly set: string }

const bound = (purpose: string, { mesh, wallet, set }: Binding, rest = ''): Bytes =>
  utf8(`holdfast ${purpose} v1\0${mesh}\0${wallet}\0${set}${rest}`)

/** Associated data of the vault. */
export const vaultBinding = (of: Binding & { readonly threshold: number }): Bytes =>
  bound('vault', of, `\0${of.threshold}`)

/** HPKE `info` of a share on its way to its guardian. */
export const guardianInfo = (of: Binding): Bytes => bound('guardian', of)

/** HPKE `info` of a share that a guardian seals to an enclave, to prove the backup. */
export const proofInfo = (of: Binding): Bytes => bound('backup proof', of)
