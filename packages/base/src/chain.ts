/** Chains, and what the account of each is: its curve and the default path of its first address. */
import { z } from 'zod'

export const chains = ['ethereum', 'bitcoin', 'solana'] as const
export const chain = z.enum(chains)
export type Chain = z.infer<typeof chain>

export const keyKinds = ['secp256k1', 'ed25519', 'p256', 'bip39'] as const
export const keyKind = z.enum(keyKinds)
/** `bip39` is a seed phrase, from which accounts of every chain derive; the others single keys. */
export type KeyKind = z.infer<typeof keyKind>

/** BIP-44, 49, 84, 86: how a Bitcoin account pays to itself. */
export const bitcoinScripts = ['p2pkh', 'p2sh-p2wpkh', 'p2wpkh', 'p2tr'] as const
export const bitcoinScript = z.enum(bitcoinScripts)
export type BitcoinScript = z.infer<typeof bitcoinScript>

/** Address parameters of Bitcoin's family (BIP-173 human-readable part, version bytes). */
export const bitcoinNetworks = {
  mainnet: { bech32: 'bc', pubKeyHash: 0x00, scriptHash: 0x05, wif: 0x80, coinType: 0 },
  testnet: { bech32: 'tb', pubKeyHash: 0x6f, scriptHash: 0xc4, wif: 0xef, coinType: 1 },
  regtest: { bech32: 'bcrt', pubKeyHash: 0x6f, scriptHash: 0xc4, wif: 0xef, coinType: 1 },
  'litecoin-regtest': {
    bech32: 'rltc',
    pubKeyHash: 0x6f,
    scriptHash: 0x3a,
    wif: 0xef,
    coinType: 1,
  },
} as const
export const bitcoinNetwork = z.enum(
  Object.keys(bitcoinNetworks) as [
    keyof typeof bitcoinNetworks,
    ...(keyof typeof bitcoinNetworks)[],
  ],
)
export type BitcoinNetwork = z.infer<typeof bitcoinNetwork>
