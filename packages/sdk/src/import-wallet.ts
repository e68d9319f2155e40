/** Imports: a secret of the client's, sealed to one verified enclave before it leaves. */
import { type Bytes, fromBase64Url, toBase64Url, utf8 } from '@holdfast/base/bytes'
import type { KeyKind } from '@holdfast/base/chain'
import { sealHpke } from '@holdfast/base/hpke'
import type { MeshId } from '@holdfast/base/ids'
import { importInfo } from '@holdfast/base/import-info'
import type { ImportFormat, KeyRequest, SealedSecret } from '@holdfast/base/requests/wallet-create'
import { BufferSecret, type Secret } from '@holdfast/base/secret'
import type { AccountRequest } from '@holdfast/base/wallet'
import { primitives } from './crypto/primitives.ts'
import { randomBytes } from './entropy.ts'
import { importPlaintext } from './import-plaintext.ts'
import { openKeystore } from './keystore.ts'
import { valueOf } from './problem.ts'
import type { WalletOptions } from './requests/create-wallet.ts'
import type { Enclave } from './trust.ts'

/** What may be imported. Texts are secrets too: clear them from where you had them. */
export type ImportSource =
  /** A scalar (secp256k1, P-256) or a seed (Ed25519) of 32 bytes, or the entropy of a phrase. */
  | { readonly format: 'raw'; readonly secret: Secret }
  /** A Bitcoin private key in wallet import format. */
  | { readonly format: 'wif'; readonly secret: Secret }
  /** A BIP-39 phrase in UTF-8, and its passphrase where it has one. */
  | { readonly format: 'mnemonic'; readonly secret: Secret; readonly passphrase?: Secret }
  /** DER of an unencrypted PrivateKeyInfo (RFC 5208). */
  | { readonly format: 'pkcs8'; readonly secret: Secret }
  /** An Ethereum keystore file, opened here: its password never leaves the client. */
  | { readonly format: 'keystore'; readonly file: Bytes; readonly password: string }

export type ImportKey = {
  readonly name: string
  readonly kind: KeyKind
  readonly source: ImportSource
  readonly accounts: readonly AccountRequest[]
}

export type ImportWallet = WalletOptions & { readonly keys: readonly ImportKey[] }

/** A secret of some text: `secretText('abandon abandon …')`. */
export const secretText = (text: string): Secret => new BufferSecret(utf8(text))

const sealSecret = (
  enclave: Enclave,
  mesh: MeshId,
  secret: Secret,
  passphrase: Secret | undefined,
): SealedSecret => {
  const { boot, sealingPublicKey } = enclave.verdict.identity
  const plaintext = secret.use((bytes) =>
    passphrase === undefined
      ? importPlaintext(bytes)
      : passphrase.use((words) => importPlaintext(bytes, words)),
  )
  try {
    const sealed = sealHpke({
      primitives,
      recipientPublicKey: fromBase64Url(sealingPublicKey),
      ephemeralPrivateKey: randomBytes(32),
      info: importInfo(mesh),
      plaintext,
    })
    const { encapsulation, ciphertext } = valueOf(sealed)
    return {
      boot,
      sealingKey: sealingPublicKey,
      encapsulation: toBase64Url(encapsulation),
      ciphertext: toBase64Url(ciphertext),
    }
  } finally {
    plaintext.fill(0)
  }
}

const sealSource = async (
  enclave: Enclave,
  mesh: MeshId,
  source: ImportSource,
): Promise<{ format: ImportFormat; sealed: SealedSecret }> => {
  if (source.format === 'keystore') {
    using key = await openKeystore(source.file, source.password)
    return { format: 'raw', sealed: sealSecret(enclave, mesh, key, undefined) }
  }
  const passphrase = 'passphrase' in source ? source.passphrase : undefined
  return { format: source.format, sealed: sealSecret(enclave, mesh, source.secret, passphrase) }
}

/** The keys of a request, each secret sealed to `enclave`, which alone can open it. */
export const sealKeys = (
  enclave: Enclave,
  mesh: MeshId,
  keys: readonly ImportKey[],
): Promise<readonly KeyRequest[]> =>
  Promise.all(
    keys.map(async ({ name, kind, source, accounts }) => ({
      name,
      kind,
      source: { type: 'import' as const, ...(await sealSource(enclave, mesh, source)) },
      accounts: [...accounts],
    })),
  )
