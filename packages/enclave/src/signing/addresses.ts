/** The address of a public key on each chain. */
import type { Bytes } from '@holdfast/base/bytes'
import type { BitcoinNetwork, BitcoinScript, Chain } from '@holdfast/base/chain'
import { base58 } from '@scure/base'
import type { Crypto } from '../ports/crypto.ts'
import { keyScript } from './bitcoin/key-script.ts'
import { scriptAddress } from './bitcoin/script-address.ts'
import { ethereumAddress } from './ethereum/address.ts'

export type AddressInput = {
  readonly chain: Chain
  /** 33 bytes compressed for Ethereum and Bitcoin, 32 for Solana; at the address's own path. */
  readonly publicKey: Bytes
  /** Bitcoin only; default `p2wpkh` on `mainnet`. */
  readonly script?: BitcoinScript | undefined
  readonly network?: BitcoinNetwork | undefined
  readonly crypto: Crypto
}

const addresses: Readonly<Record<Chain, (input: AddressInput) => string>> = {
  ethereum: ({ publicKey, crypto }) => ethereumAddress(publicKey, crypto),
  bitcoin: ({ publicKey, script = 'p2wpkh', network = 'mainnet', crypto }) =>
    scriptAddress(keyScript(script, publicKey, crypto).output, network, crypto),
  solana: ({ publicKey }) => base58.encode(publicKey),
}

/**
 * EIP-55; Base58Check, Bech32 or Bech32m (BIP-44, 49, 84, 86); Base58. A Bitcoin account of a seed
 * phrase keeps its account-level key: pass `childKey(childKey(account, 0), 0)`, its first address.
 *
 *     addressOf({ chain: 'bitcoin', publicKey, script: 'p2tr', crypto })
 */
export const addressOf = (input: AddressInput): string => addresses[input.chain](input)
