/** Signs what a decoded transaction asks for, and lets no signature out that does not verify. */
import type { Bytes } from '@holdfast/base/bytes'
import { assert } from '@holdfast/base/errors'
import type { Secret } from '@holdfast/base/secret'
import type { Crypto } from '../ports/crypto.ts'
import type { Entropy } from '../ports/entropy.ts'
import type { SigningAlgorithm, SigningTask, TaskSignature } from './chain-signer.ts'

type Tools = { readonly crypto: Crypto; readonly entropy: Entropy }

type Scheme = {
  sign(task: SigningTask, privateKey: Bytes, tools: Tools): TaskSignature
  verify(task: SigningTask, signature: Bytes, crypto: Crypto): boolean
}

const evenPrefix = 2

/** BIP-341 §Constructing and spending: the even point's key plus the tweak, in locked memory. */
const withTaprootKey = <Value>(
  privateKey: Bytes,
  tweak: Bytes,
  crypto: Crypto,
  action: (tweaked: Bytes) => Value,
): Value => {
  const { secp256k1 } = crypto
  using even = crypto.secret(32)
  using tweaked = crypto.secret(32)
  return even.use((evenKey) =>
    tweaked.use((result) => {
      if (secp256k1.publicKey(privateKey)[0] === evenPrefix) evenKey.set(privateKey)
      else secp256k1.negatePrivate({ privateKey, result: evenKey })
      const added = secp256k1.addPrivate({ privateKey: evenKey, tweak, result })
      assert(added, 'a taproot tweak gives a key')
      return action(result)
    }),
  )
}

const signSchnorr: Scheme['sign'] = (task, privateKey, { crypto, entropy }) => {
  const auxiliary = entropy.bytes(32)
  const digest = task.data
  const sign = (key: Bytes) => ({
    signature: crypto.secp256k1.signSchnorr({ digest, privateKey: key, auxiliary }),
  })
  return task.taprootTweak === undefined
    ? sign(privateKey)
    : withTaprootKey(privateKey, task.taprootTweak, crypto, sign)
}

const schemes: Readonly<Record<SigningAlgorithm, Scheme>> = {
  'ecdsa-secp256k1': {
    sign: ({ data }, privateKey, { crypto }) => crypto.secp256k1.sign({ digest: data, privateKey }),
    verify: ({ data, publicKey }, signature, { secp256k1 }) =>
      secp256k1.verify({ digest: data, signature, publicKey }),
  },
  bip340: {
    sign: signSchnorr,
    verify: ({ data, publicKey }, signature, { secp256k1 }) =>
      secp256k1.verifySchnorr({ digest: data, signature, publicKey }),
  },
  'ecdsa-p256': {
    sign: ({ data }, privateKey, { crypto }) => ({
      signature: crypto.p256.signDigest({ digest: data, privateKey }),
    }),
    verify: ({ data, publicKey }, signature, { p256 }) =>
      p256.verifyDigest({ digest: data, signature, publicKey }),
  },
  ed25519: {
    sign: ({ data }, privateKey, { crypto }) => ({
      signature: crypto.ed25519.sign({ message: data, privateKey }),
    }),
    verify: ({ data, publicKey }, signature, { ed25519 }) =>
      ed25519.verify({ message: data, signature, publicKey }),
  },
}

/**
 * One signature for each task, in order. `open` gives the private key at the account's path and
 * the task's steps; it is disposed after its use, so a kept key is lent by a secret whose disposal
 * does nothing. A signature that does not verify under the task's public key breaks an invariant:
 * the key is another, or the machine computes wrongly; either way nothing may leave.
 *
 *     const signatures = signTasks({ tasks: decoded.tasks, open, crypto, entropy })
 *     return decoded.finish(signatures)
 */
export const signTasks = (input: {
  readonly tasks: readonly SigningTask[]
  readonly open: (task: SigningTask) => Secret
  readonly crypto: Crypto
  readonly entropy: Entropy
}): readonly TaskSignature[] =>
  input.tasks.map((task) => {
    const scheme = schemes[task.algorithm]
    using key = input.open(task)
    const signed = key.use((privateKey) => scheme.sign(task, privateKey, input))
    const verifies = scheme.verify(task, signed.signature, input.crypto)
    assert(verifies, 'a signature verifies under the key that it is for')
    return signed
  })
