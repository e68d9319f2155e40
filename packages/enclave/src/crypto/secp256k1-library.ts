/** The system's libsecp256k1, found and bound through koffi. */
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import koffi from 'koffi'

/**
 * Newest interface first. 1 is release 0.2 (Debian 12), 2 is 0.3 to 0.5, 5 is 0.6, 6 is 0.7; the
 * functions that are bound here are the same in all.
 */
const defaultPaths: readonly string[] = [
  'libsecp256k1.so.6',
  'libsecp256k1.so.5',
  'libsecp256k1.so.2',
  'libsecp256k1.so.1',
  'libsecp256k1.so.0',
  'libsecp256k1.dylib',
  '/opt/homebrew/lib/libsecp256k1.dylib',
]

type Native = (...args: readonly unknown[]) => number

/** `secp256k1_*` without the prefix. The context, first in each, is bound already. */
const signatures = {
  context_randomize: ['void *'],
  ec_seckey_verify: ['void *'],
  ec_seckey_negate: ['void *'],
  ec_seckey_tweak_add: ['void *', 'void *'],
  ec_pubkey_create: ['void *', 'void *'],
  ec_pubkey_parse: ['void *', 'void *', 'size_t'],
  ec_pubkey_serialize: ['void *', 'void *', 'void *', 'uint'],
  ec_pubkey_tweak_add: ['void *', 'void *'],
  ecdsa_sign_recoverable: ['void *', 'void *', 'void *', 'void *', 'void *'],
  ecdsa_recoverable_signature_serialize_compact: ['void *', 'void *', 'void *'],
  ecdsa_signature_parse_compact: ['void *', 'void *'],
  ecdsa_verify: ['void *', 'void *', 'void *'],
  keypair_create: ['void *', 'void *'],
  schnorrsig_sign32: ['void *', 'void *', 'void *', 'void *'],
  schnorrsig_verify: ['void *', 'void *', 'size_t', 'void *'],
  xonly_pubkey_parse: ['void *', 'void *'],
} as const satisfies Readonly<Record<string, readonly string[]>>

export type Secp256k1Library = Disposable & {
  /** The file that was loaded, as far as the system tells. */
  readonly name: string
  readonly call: Readonly<Record<keyof typeof signatures, Native>>
}

/** The real file behind a loaded library, whose name carries the full interface version. */
const loadedFile = (path: string): string => {
  const stem = basename(path).replace(/\.(so|dylib).*$/, '')
  try {
    const line = readFileSync('/proc/self/maps', 'utf8')
      .split('\n')
      .find((mapped) => basename(mapped).startsWith(`${stem}.so`))
    return line === undefined ? basename(path) : basename(line)
  } catch {
    return basename(path)
  }
}

/** SECP256K1_CONTEXT_SIGN | SECP256K1_CONTEXT_VERIFY: ignored since 0.2, needed before. */
const contextFlags = 0x301

const bind = (path: string): Secp256k1Library => {
  const library = koffi.load(path)
  const create = library.func('secp256k1_context_create', 'void *', ['uint'])
  const destroy = library.func('secp256k1_context_destroy', 'void', ['void *'])
  const functions = Object.entries(signatures).map(([name, parameters]) => [
    name,
    library.func(`secp256k1_${name}`, 'int', ['void *', ...parameters]),
  ]) as [keyof typeof signatures, Native][]
  const context: unknown = create(contextFlags)
  const call = Object.fromEntries(
    functions.map(([name, native]) => [name, native.bind(undefined, context)]),
  ) as Secp256k1Library['call']
  let open = true
  return {
    name: loadedFile(path),
    call,
    [Symbol.dispose]: () => {
      if (open) destroy(context)
      open = false
    },
  }
}

/** The first library that loads and has every function; undefined where there is none. */
export const findSecp256k1Library = (path?: string): Secp256k1Library | undefined => {
  for (const candidate of path === undefined ? defaultPaths : [path]) {
    try {
      return bind(candidate)
    } catch {
      // Absent, or without the modules that are needed: the next one may do.
    }
  }
  return undefined
}
