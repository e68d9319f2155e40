/**
 * secp256k1 by the WebAssembly build of libsecp256k1 in tiny-secp256k1, without its JavaScript:
 * that returns derived private keys in ordinary buffers. Keys are copied into the module's memory,
 * which is not locked, and erased from it after each use, with the stack that worked on them.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Bytes } from '@holdfast/base/bytes'
import { assert } from '@holdfast/base/errors'
import type { RecoverableSignature, Secp256k1 } from '../ports/crypto.ts'
import { isBelow, isScalar, secp256k1Order } from './scalar.ts'

type Global = { readonly value: number }

type Module = {
  readonly memory: { readonly buffer: ArrayBuffer }
  readonly __data_end: Global
  readonly __heap_base: Global
  readonly PRIVATE_INPUT: Global
  readonly PUBLIC_KEY_INPUT: Global
  readonly X_ONLY_PUBLIC_KEY_INPUT: Global
  readonly TWEAK_INPUT: Global
  readonly HASH_INPUT: Global
  readonly EXTRA_DATA_INPUT: Global
  readonly SIGNATURE_INPUT: Global
  initializeContext(): void
  isPoint(length: number): number
  pointAddScalar(length: number, resultLength: number): number
  pointCompress(length: number, resultLength: number): number
  pointFromScalar(resultLength: number): number
  privateAdd(): number
  privateNegate(): void
  signRecoverable(extraData: 0 | 1): number
  signSchnorr(extraData: 0 | 1): number
  verify(length: number, strict: 0 | 1): number
  verifySchnorr(): number
}

// Of every runtime; declared here because the types of Node leave it to the DOM library.
declare const WebAssembly: {
  readonly Module: new (binary: Uint8Array) => object
  readonly Instance: new (
    module: object,
    imports: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  ) => { readonly exports: unknown }
}

class RefusedByModule extends Error {}

const instantiate = (seed: Bytes): { readonly wasm: Module; readonly version: string } => {
  const require = createRequire(import.meta.url)
  const main = require.resolve('tiny-secp256k1')
  const root = main.slice(0, main.lastIndexOf('/lib/'))
  const { version } = JSON.parse(readFileSync(`${root}/package.json`, 'utf8')) as {
    readonly version: string
  }
  const words = new DataView(seed.buffer, seed.byteOffset, seed.byteLength)
  let drawn = 0
  const instance = new WebAssembly.Instance(
    new WebAssembly.Module(readFileSync(`${root}/lib/secp256k1.wasm`)),
    {
      // Asked for eight times, when the context is made: the seed of its blinding.
      './rand.js': {
        generateInt32: () => {
          const word = words.getInt32(drawn % seed.length)
          drawn += 4
          return word
        },
      },
      './validate_error.js': {
        throwError: () => {
          throw new RefusedByModule('refused by libsecp256k1')
        },
      },
    },
  )
  const wasm = instance.exports as Module
  wasm.initializeContext()
  return { wasm, version }
}

const inputs = (wasm: Module) => {
  const view = ({ value }: Global, length: number): Bytes =>
    new Uint8Array(wasm.memory.buffer, value, length)
  return {
    privateKey: view(wasm.PRIVATE_INPUT, 32),
    publicKey: view(wasm.PUBLIC_KEY_INPUT, 65),
    xOnly: view(wasm.X_ONLY_PUBLIC_KEY_INPUT, 32),
    tweak: view(wasm.TWEAK_INPUT, 32),
    digest: view(wasm.HASH_INPUT, 32),
    extra: view(wasm.EXTRA_DATA_INPUT, 32),
    signature: view(wasm.SIGNATURE_INPUT, 64),
  }
}

/**
 * The stack of this build lies below its data and grows down from here. Signing leaves parts of
 * the key on it, to a depth of 3,200 bytes; a test looks for them in the whole memory.
 */
const stackTop = 655_360
const stackDepthErased = 16_384

type Inputs = ReturnType<typeof inputs>

/** Fills the named inputs, runs `action`, and leaves no input and no stack behind. */
const runner =
  (wasm: Module, all: Inputs) =>
  <Value>(values: Partial<Record<keyof Inputs, Bytes>>, action: () => Value): Value => {
    try {
      for (const [name, value] of Object.entries(values)) all[name as keyof Inputs].set(value)
      return action()
    } finally {
      for (const input of Object.values(all)) input.fill(0)
      if (values.privateKey !== undefined) {
        const start = stackTop - stackDepthErased
        new Uint8Array(wasm.memory.buffer, start, stackDepthErased).fill(0)
      }
    }
  }

type Run = ReturnType<typeof runner>

const has = (length: number, ...values: readonly Bytes[]): boolean =>
  values.every((value) => value.length === length)

const checkKey = (privateKey: Bytes): void =>
  assert(isScalar(privateKey, secp256k1Order), 'a private key is in range')

const signing = (wasm: Module, all: Inputs, run: Run): Pick<Secp256k1, 'sign' | 'signSchnorr'> => ({
  sign: ({ digest, privateKey }) => {
    assert(has(32, digest, privateKey), 'ECDSA takes a digest and a key of 32 bytes')
    checkKey(privateKey)
    return run({ digest, privateKey }, () => {
      const recovery = wasm.signRecoverable(0) as RecoverableSignature['recovery']
      return { signature: all.signature.slice(), recovery }
    })
  },
  signSchnorr: ({ digest, privateKey, auxiliary }) => {
    assert(has(32, digest, privateKey, auxiliary), 'BIP-340 takes values of 32 bytes')
    checkKey(privateKey)
    return run({ digest, privateKey, extra: auxiliary }, () => {
      wasm.signSchnorr(1)
      return all.signature.slice()
    })
  },
})

/** The module answers an argument out of range by a trap: all are judged before. */
const verifying = (
  wasm: Module,
  run: Run,
  isPoint: (publicKey: Bytes) => boolean,
): Pick<Secp256k1, 'verify' | 'verifySchnorr'> => ({
  verify: ({ digest, signature, publicKey }) => {
    assert(has(32, digest), 'ECDSA takes a digest of 32 bytes')
    return (
      has(64, signature) &&
      isScalar(signature.subarray(0, 32), secp256k1Order) &&
      isScalar(signature.subarray(32), secp256k1Order) &&
      isPoint(publicKey) &&
      run({ digest, signature, publicKey }, () => wasm.verify(publicKey.length, 1) === 1)
    )
  },
  verifySchnorr: ({ digest, signature, publicKey }) => {
    assert(has(32, digest), 'BIP-340 takes a digest of 32 bytes')
    return (
      has(64, signature) &&
      has(32, publicKey) &&
      isPoint(Uint8Array.of(2, ...publicKey)) &&
      run({ digest, signature, xOnly: publicKey }, () => wasm.verifySchnorr() === 1)
    )
  },
})

const tweaking = (
  wasm: Module,
  all: Inputs,
  run: Run,
): Pick<Secp256k1, 'addPrivate' | 'negatePrivate'> => ({
  addPrivate: ({ privateKey, tweak, result }) => {
    assert(has(32, privateKey, tweak, result), 'scalars have 32 bytes')
    const inRange = isScalar(privateKey, secp256k1Order) && isBelow(tweak, secp256k1Order)
    const added =
      inRange &&
      run({ privateKey, tweak }, () => {
        const ok = wasm.privateAdd() === 1
        if (ok) result.set(all.privateKey)
        return ok
      })
    if (!added) result.fill(0)
    return added
  },
  negatePrivate: ({ privateKey, result }) => {
    assert(has(32, privateKey, result), 'scalars have 32 bytes')
    checkKey(privateKey)
    run({ privateKey }, () => {
      wasm.privateNegate()
      result.set(all.privateKey)
    })
  },
})

/** `seed`: 32 random bytes that blind the library's computations with secrets. */
export const createWasmSecp256k1 = (input: {
  readonly seed: Bytes
}): Secp256k1 & { readonly memory: Bytes } => {
  const { wasm, version } = instantiate(input.seed)
  const all = inputs(wasm)
  const run = runner(wasm, all)
  const isPoint = (publicKey: Bytes): boolean =>
    ((publicKey.length === 33 && (publicKey[0] === 2 || publicKey[0] === 3)) ||
      (publicKey.length === 65 && [4, 6, 7].includes(publicKey[0] as number))) &&
    run({ publicKey }, () => wasm.isPoint(publicKey.length) === 1)
  const serialize = (publicKey: Bytes, length: 33 | 65): Bytes =>
    run({ publicKey }, () => {
      wasm.pointCompress(publicKey.length, length)
      return all.publicKey.slice(0, length)
    })
  return {
    backend: `libsecp256k1 (WebAssembly, tiny-secp256k1 ${version})`,
    memory: new Uint8Array(wasm.memory.buffer),
    isPrivateKey: (privateKey) => isScalar(privateKey, secp256k1Order),
    parsePublicKey: (publicKey) => (isPoint(publicKey) ? serialize(publicKey, 33) : undefined),
    uncompressed: (publicKey) => {
      assert(isPoint(publicKey), 'a stored public key is a point')
      return serialize(publicKey, 65)
    },
    publicKey: (privateKey) => {
      checkKey(privateKey)
      return run({ privateKey }, () => {
        wasm.pointFromScalar(33)
        return all.publicKey.slice(0, 33)
      })
    },
    ...signing(wasm, all, run),
    ...verifying(wasm, run, isPoint),
    ...tweaking(wasm, all, run),
    addPublic: ({ publicKey, tweak }) => {
      assert(has(32, tweak), 'scalars have 32 bytes')
      if (!isPoint(publicKey) || !isBelow(tweak, secp256k1Order)) return undefined
      return run({ publicKey, tweak }, () =>
        wasm.pointAddScalar(publicKey.length, 33) === 1 ? all.publicKey.slice(0, 33) : undefined,
      )
    },
  }
}
