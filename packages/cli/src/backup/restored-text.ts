/** What a restored key looks like to other wallets: words, hexadecimal, WIF, base58. */
import { toHex } from '@holdfast/base/bytes'
import { bitcoinNetworks } from '@holdfast/base/chain'
import type { Vault } from '@holdfast/sdk'
import { ed25519 } from '@noble/curves/ed25519.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { base58, createBase58check } from '@scure/base'
import { entropyToMnemonic } from '@scure/bip39'
import { wordlist } from '@scure/bip39/wordlists/english.js'

type VaultKey = Vault['keys'][number]
type VaultAccount = Pick<
  Vault['accounts'][number],
  'address' | 'chain' | 'key' | 'network' | 'path'
>

export type RestoredKey = {
  readonly name: string
  readonly kind: VaultKey['kind']
  /** BIP-39, for seed phrases; with the passphrase that it was imported with. */
  readonly mnemonic?: string
  readonly passphrase?: string
  /** 32 bytes of a single key, hexadecimal. */
  readonly privateKey?: string
  /** The same in wallet import format, where a Bitcoin account uses it. */
  readonly wif?: string
  /** Seed and public key in base58, as Solana wallets take it. */
  readonly keypair?: string
  readonly accounts: readonly {
    readonly chain: string
    readonly address: string
    readonly path?: string
  }[]
}

type Restorable = {
  readonly keys: readonly VaultKey[]
  readonly accounts: readonly VaultAccount[]
}

const base58check = createBase58check(sha256)

const wifOf = (secret: Uint8Array, account: VaultAccount): string => {
  const { wif } = bitcoinNetworks[account.network ?? 'mainnet']
  // The last byte says that the public key is compressed.
  return base58check.encode(Uint8Array.of(wif, ...secret, 1))
}

const singleKey = ({ secret, kind }: VaultKey, accounts: readonly VaultAccount[]) => {
  const bitcoin = accounts.find(({ chain }) => chain === 'bitcoin')
  return {
    privateKey: toHex(secret),
    ...(bitcoin === undefined ? {} : { wif: wifOf(secret, bitcoin) }),
    ...(kind === 'ed25519'
      ? { keypair: base58.encode(Uint8Array.of(...secret, ...ed25519.getPublicKey(secret))) }
      : {}),
  }
}

const phrase = ({ secret, passphrase }: VaultKey) => ({
  mnemonic: entropyToMnemonic(secret, wordlist),
  ...(passphrase === undefined ? {} : { passphrase: new TextDecoder().decode(passphrase) }),
})

export const restoredKeys = ({ keys, accounts }: Restorable): readonly RestoredKey[] =>
  keys.map((key) => {
    const own = accounts.filter((account) => account.key === key.id)
    return {
      name: key.name,
      kind: key.kind,
      ...(key.kind === 'bip39' ? phrase(key) : singleKey(key, own)),
      accounts: own.map(({ chain, address, path }) => ({
        chain,
        address,
        ...(path === undefined ? {} : { path }),
      })),
    }
  })
