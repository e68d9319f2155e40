/** The cryptography port over libsecp256k1, libsodium, OpenSSL and hash-wasm. */
import type { Bytes } from '@holdfast/base/bytes'
import type { Crypto, Secp256k1 } from '../ports/crypto.ts'
import type { Entropy } from '../ports/entropy.ts'
import { chacha20Poly1305, xchacha20Poly1305 } from './aead.ts'
import { type Arena, type ArenaClass, createArena } from './arena.ts'
import { createEd25519 } from './ed25519.ts'
import { createHashes } from './hashes.ts'
import { createHmac } from './hmac.ts'
import { arenaClasses } from './limits.ts'
import { createOpaque } from './opaque.ts'
import { loadOpensslLibrary } from './openssl-library.ts'
import { createP256 } from './p256.ts'
import { createRs256 } from './rs256.ts'
import { createKoffiSecp256k1 } from './secp256k1-koffi.ts'
import { findSecp256k1Library } from './secp256k1-library.ts'
import { createWasmSecp256k1 } from './secp256k1-wasm.ts'
import { x25519 } from './x25519.ts'

export type CryptoOptions = {
  /** Seeds the blinding of libsecp256k1. */
  readonly entropy: Entropy
  /** `auto` (default): the system's library where there is one, else the WebAssembly build. */
  readonly secp256k1?: 'auto' | 'koffi' | 'wasm'
  /** The library to load instead of searching for it. */
  readonly secp256k1Path?: string
  readonly arena?: readonly ArenaClass[]
}

const createSecp256k1 = (options: CryptoOptions, arena: Arena): Secp256k1 & Disposable => {
  const { secp256k1: wanted = 'auto', secp256k1Path: path, entropy } = options
  const seed: Bytes = arena.take(32)
  entropy.fill(seed)
  try {
    const library = wanted === 'wasm' ? undefined : findSecp256k1Library(path)
    if (library !== undefined) {
      const secp256k1 = createKoffiSecp256k1({ library, arena, seed })
      return { ...secp256k1, [Symbol.dispose]: () => library[Symbol.dispose]() }
    }
    // A path that was named must work: falling back to the slow one silently would hide it.
    if (wanted === 'koffi' || path !== undefined) {
      throw new Error('libsecp256k1 was not found; install libsecp256k1-1 or name its path')
    }
    return { ...createWasmSecp256k1({ seed }), [Symbol.dispose]: () => undefined }
  } finally {
    arena.release(seed)
  }
}

/**
 * Disposing it erases and frees the locked memory: every `Secret` that it gave is gone then.
 *
 *     using crypto = await createCrypto({ entropy: createEntropy() })
 */
export const createCrypto = async (options: CryptoOptions): Promise<Crypto & Disposable> => {
  const arena = createArena(options.arena ?? arenaClasses)
  const hashes = await createHashes(arena)
  const openssl = loadOpensslLibrary()
  const secp256k1 = createSecp256k1(options, arena)
  const p256 = createP256({ openssl, arena, sha256: hashes.sha256 })
  return {
    ...hashes,
    ...createHmac(arena),
    xchacha20Poly1305,
    chacha20Poly1305,
    secp256k1,
    ed25519: createEd25519(arena),
    p256,
    rs256: createRs256(),
    opaque: await createOpaque(),
    x25519,
    secret: (length) => arena.secret(length),
    secretFrom: (bytes) => {
      const secret = arena.secret(bytes.length)
      secret.use((view) => view.set(bytes))
      bytes.fill(0)
      return secret
    },
    arena: () => arena.report(),
    [Symbol.dispose]: () => {
      p256[Symbol.dispose]()
      secp256k1[Symbol.dispose]()
      arena[Symbol.dispose]()
    },
  }
}
