/**
 * The derivation method of ours (extensions.ts): a private key on secp256k1 out of a seed, by
 * BIP-32. The Derivation Data is the path as text, such as `m/44'/60'/0'/0/0`.
 */
import { type Bytes, concat, fromHex, fromUtf8 } from '@holdfast/base/bytes'
import { attempt } from '@holdfast/base/errors'
import type { ManagedObject } from '@holdfast/kmip'
import { childPrivateKey, masterKey } from '../../keys/derive/bip32.ts'
import { parsePath } from '../../keys/derive/derivation-path.ts'
import { failWith } from '../failure.ts'
import { bytesOfBlock, keyBlockOf } from '../objects/key-values.ts'
import type { Scope } from '../scope.ts'

const pathBytesMax = 256

const pathOf = (data: Bytes | undefined): readonly number[] => {
  if (data === undefined || data.length > pathBytesMax) {
    return failWith('InvalidField', 'the path of the key is missing or too long')
  }
  const path = attempt(() => parsePath(fromUtf8(data)))
  return path.ok ? path.value : failWith('InvalidField', 'this is no path of BIP-32')
}

/** BIP-32 §Master key generation: 128 to 512 bits. */
const seedOf = (value: ManagedObject): Bytes => {
  const block = keyBlockOf(value)
  const seed = value.type === 'SecretData' && block !== undefined ? bytesOfBlock(block) : undefined
  return seed !== undefined && seed.length >= 16 && seed.length <= 64
    ? seed
    : failWith('InvalidObjectType', 'a key is derived so from secret data of 16 to 64 bytes')
}

/** RFC 5915 ECPrivateKey around 32 bytes, with the curve. */
const prefix = fromHex('302e0201010420')
const suffix = fromHex('a00706052b8104000a')

export const deriveBip32Key = (
  scope: Scope,
  base: ManagedObject,
  path: Bytes | undefined,
): ManagedObject => {
  const { chains } = scope
  if (chains === undefined) return failWith('FeatureNotSupported', 'keys are not derived so here')
  const steps = pathOf(path)
  let extended = masterKey(seedOf(base), chains)
  try {
    for (const index of steps) {
      using parent = extended
      extended = childPrivateKey(parent, index, chains)
    }
    const keyMaterial = extended.use((bytes) => concat(prefix, bytes.subarray(0, 32), suffix))
    const keyBlock = {
      keyFormatType: 'ECPrivateKey',
      keyValue: { keyMaterial },
      cryptographicAlgorithm: scope.version >= '1.2' ? 'EC' : 'ECDSA',
      cryptographicLength: 256,
    } as const
    return { type: 'PrivateKey', value: { keyBlock } }
  } finally {
    extended[Symbol.dispose]()
  }
}
