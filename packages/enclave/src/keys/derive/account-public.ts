/** What the wallet document says of a key and of an account under it. */
import type { Bytes } from '@holdfast/base/bytes'
import type { BitcoinNetwork, BitcoinScript, Chain } from '@holdfast/base/chain'
import { fail } from '@holdfast/base/errors'
import type { AccountRequest } from '@holdfast/base/wallet'
import type { Crypto } from '../../ports/crypto.ts'
import type { KeyMaterial } from '../key-material.ts'
import { derivePublic } from './bip32-public.ts'
import { type ChainCurve, chainCurves } from './chain-curve.ts'
import { defaultNetwork, defaultPath, defaultScript } from './default-path.ts'
import { parsePath } from './derivation-path.ts'
import { deriveExtended } from './derive-extended.ts'

type Ports = { readonly crypto: Crypto }

export type AccountPublic = {
  readonly chain: Chain
  readonly path?: string
  readonly script?: BitcoinScript
  readonly network?: BitcoinNetwork
  /** Of `Account.publicKey`: for Bitcoin under a seed phrase at the account level. */
  readonly publicKey: Bytes
  /** Bitcoin under a seed phrase. */
  readonly chainCode?: Bytes
  /** The key whose address the account shows: for Bitcoin under a seed phrase its first, 0/0. */
  readonly addressKey: Bytes
}

/** The public key of a single key; undefined for a seed phrase. */
export const keyPublic = (material: KeyMaterial, { crypto }: Ports): Bytes | undefined => {
  const { kind, secret } = material
  if (kind === 'bip39') return undefined
  return secret.use((privateKey) => crypto[kind].publicKey(privateKey))
}

const single = (material: KeyMaterial, curve: ChainCurve, ports: Ports): Bytes => {
  const publicKey = keyPublic(material, ports)
  if (material.kind !== curve.kind || publicKey === undefined) {
    return fail('wrong_curve', 'the key is on another curve than the chain', 'chain')
  }
  return publicKey
}

const atPath = (
  material: KeyMaterial,
  curve: ChainCurve,
  path: string,
  { crypto }: Ports,
): { readonly publicKey: Bytes; readonly chainCode: Bytes } => {
  using extended = deriveExtended(material, { curve, indexes: parsePath(path) }, crypto)
  return extended.use((bytes) => ({
    publicKey: crypto[curve.kind].publicKey(bytes.subarray(0, 32)),
    chainCode: bytes.slice(32),
  }))
}

/** Change and index of a Bitcoin account's first address (BIP-44). */
const firstAddress = [0, 0] as const

/**
 * The account that a request asks for, with the defaults filled in; `index` chooses the default
 * path where the request has none. Fails with `wrong_curve` or `invalid_field`.
 *
 *     accountPublic(material, { chain: 'bitcoin', script: 'p2tr' }, { crypto })
 */
export const accountPublic = (
  material: KeyMaterial,
  request: AccountRequest & { readonly index?: number },
  ports: Ports,
): AccountPublic => {
  const { chain } = request
  const curve = chainCurves[chain]
  if (chain !== 'bitcoin' && (request.script ?? request.network) !== undefined) {
    return fail('invalid_field', 'only Bitcoin accounts have a script and a network', 'script')
  }
  const { script = defaultScript, network = defaultNetwork } = request
  const form = chain === 'bitcoin' ? { script, network } : {}
  if (material.kind !== 'bip39') {
    if (request.path !== undefined) fail('invalid_field', 'a single key has no path', 'path')
    const publicKey = single(material, curve, ports)
    return { chain, ...form, publicKey, addressKey: publicKey }
  }
  const path = request.path ?? defaultPath(request)
  const { publicKey, chainCode } = atPath(material, curve, path, ports)
  if (chain !== 'bitcoin') return { chain, path, publicKey, addressKey: publicKey }
  const first = derivePublic({ publicKey, chainCode }, firstAddress, ports)
  return { chain, path, ...form, publicKey, chainCode, addressKey: first.publicKey }
}
