/** The limit: the loaded library's own recoverable signature, called through koffi, no more. */
import type { Entropy } from '@holdfast/enclave/ports/entropy'
import koffi, { type LibraryHandle } from 'koffi'

const candidates = ['6', '5', '2', '1', '0'].map((version) => `libsecp256k1.so.${version}`)

/** Only the node's own choice of library may be the limit: the same list, newest first. */
const load = (): { readonly library: LibraryHandle; readonly name: string } | undefined => {
  for (const name of [...candidates, 'libsecp256k1.dylib']) {
    try {
      return { library: koffi.load(name), name }
    } catch {
      // Absent: the next one may do.
    }
  }
  return undefined
}

export type Limit = { readonly name: string; sign(): void }

/** Signs one digest with one key; undefined where the system has no library. */
export const createLimit = (entropy: Entropy): Limit | undefined => {
  const loaded = load()
  if (loaded === undefined) return undefined
  const { library, name } = loaded
  const create = library.func('secp256k1_context_create', 'void *', ['uint'])
  const randomize = library.func('secp256k1_context_randomize', 'int', ['void *', 'void *'])
  const signRecoverable = library.func(
    'secp256k1_ecdsa_sign_recoverable',
    'int',
    Array.from({ length: 6 }, () => 'void *'),
  )
  const context: unknown = create(0x301)
  randomize(context, entropy.bytes(32))
  const signature = new Uint8Array(65)
  const digest = entropy.bytes(32)
  const key = entropy.bytes(32)
  return {
    name,
    sign: () => {
      if (signRecoverable(context, signature, digest, key, null, null) !== 1) throw new Error(name)
    },
  }
}
