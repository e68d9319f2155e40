/** The curve of each chain, and how its keys derive from a seed. */

import type { Bytes } from '@holdfast/base/bytes'
import type { Chain } from '@holdfast/base/chain'
import type { Crypto } from '../../ports/crypto.ts'
import { childPrivateKey, type ExtendedPrivateKey, masterKey } from './bip32.ts'
import { childSeed, masterSeed } from './slip10.ts'

export type ChainCurve = {
  readonly kind: 'secp256k1' | 'ed25519'
  master(seed: Bytes, crypto: Crypto): ExtendedPrivateKey
  child(parent: ExtendedPrivateKey, index: number, crypto: Crypto): ExtendedPrivateKey
}

const secp256k1: ChainCurve = { kind: 'secp256k1', master: masterKey, child: childPrivateKey }
const ed25519: ChainCurve = { kind: 'ed25519', master: masterSeed, child: childSeed }

export const chainCurves: Readonly<Record<Chain, ChainCurve>> = {
  ethereum: secp256k1,
  bitcoin: secp256k1,
  solana: ed25519,
}
