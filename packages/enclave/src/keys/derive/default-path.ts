/** Default paths of the accounts of a seed phrase. */
import {
  type BitcoinNetwork,
  type BitcoinScript,
  bitcoinNetworks,
  type Chain,
} from '@holdfast/base/chain'

/** The purpose level of each script: BIP-44, BIP-49, BIP-84, BIP-86. */
const purposes: Readonly<Record<BitcoinScript, number>> = {
  p2pkh: 44,
  'p2sh-p2wpkh': 49,
  p2wpkh: 84,
  p2tr: 86,
}

export const defaultScript: BitcoinScript = 'p2wpkh'
export const defaultNetwork: BitcoinNetwork = 'mainnet'

type PathRequest = {
  readonly chain: Chain
  readonly script?: BitcoinScript | undefined
  readonly network?: BitcoinNetwork | undefined
  /** Which account of this chain; default the first, 0. */
  readonly index?: number
}

const paths: Readonly<Record<Chain, (request: PathRequest, index: number) => string>> = {
  ethereum: (_, index) => `m/44'/60'/0'/0/${index}`,
  bitcoin: ({ script = defaultScript, network = defaultNetwork }, index) =>
    `m/${purposes[script]}'/${bitcoinNetworks[network].coinType}'/${index}'`,
  solana: (_, index) => `m/44'/501'/${index}'/0'`,
}

/**
 * Where wallets look for the account: the address itself for Ethereum (BIP-44) and Solana
 * (SLIP-10), the account level for Bitcoin.
 *
 *     defaultPath({ chain: 'bitcoin', script: 'p2tr', index: 1 }) // m/86'/0'/1'
 */
export const defaultPath = (request: PathRequest): string =>
  paths[request.chain](request, request.index ?? 0)
