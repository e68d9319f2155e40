/**
 * The OpenSSL inside the running Node, bound through koffi. node:crypto neither signs a digest
 * with P-256 nor signs deterministically, and it copies private keys where nobody can erase them.
 */
import koffi from 'koffi'

type Native<Value> = (...args: readonly unknown[]) => Value
/** An address that OpenSSL gave; null where it failed. */
export type Pointer = bigint | null

export type OpensslLibrary = {
  /** `OpenSSL 3.5.8 …` */
  readonly version: string
  readonly d2i_PrivateKey: Native<Pointer>
  readonly d2i_PUBKEY: Native<Pointer>
  readonly EVP_PKEY_get_octet_string_param: Native<number>
  readonly EVP_PKEY_free: Native<void>
  readonly EVP_PKEY_CTX_new: Native<Pointer>
  readonly EVP_PKEY_CTX_free: Native<void>
  readonly EVP_PKEY_CTX_set_params: Native<number>
  readonly EVP_PKEY_sign_init: Native<number>
  readonly EVP_PKEY_sign: Native<number>
  readonly EVP_PKEY_verify_init: Native<number>
  readonly EVP_PKEY_verify: Native<number>
  readonly ERR_clear_error: Native<void>
}

/** Node exports its own OpenSSL; a Node that is linked to the system's has it loaded anyway. */
const candidates: readonly (string | null)[] = [null, 'libcrypto.so.3', 'libcrypto.3.dylib']

const bind = (path: string | null): OpensslLibrary => {
  const library = koffi.load(path)
  const version = library.func('OpenSSL_version', 'str', ['int'])(0) as string
  return {
    version,
    d2i_PrivateKey: library.func('d2i_PrivateKey', 'void *', ['int', 'void *', 'void *', 'long']),
    d2i_PUBKEY: library.func('d2i_PUBKEY', 'void *', ['void *', 'void *', 'long']),
    EVP_PKEY_get_octet_string_param: library.func('EVP_PKEY_get_octet_string_param', 'int', [
      'void *',
      'void *',
      'void *',
      'size_t',
      'void *',
    ]),
    EVP_PKEY_free: library.func('EVP_PKEY_free', 'void', ['void *']),
    EVP_PKEY_CTX_new: library.func('EVP_PKEY_CTX_new', 'void *', ['void *', 'void *']),
    EVP_PKEY_CTX_free: library.func('EVP_PKEY_CTX_free', 'void', ['void *']),
    EVP_PKEY_CTX_set_params: library.func('EVP_PKEY_CTX_set_params', 'int', ['void *', 'void *']),
    EVP_PKEY_sign_init: library.func('EVP_PKEY_sign_init', 'int', ['void *']),
    EVP_PKEY_sign: library.func('EVP_PKEY_sign', 'int', [
      'void *',
      'void *',
      'void *',
      'void *',
      'size_t',
    ]),
    EVP_PKEY_verify_init: library.func('EVP_PKEY_verify_init', 'int', ['void *']),
    EVP_PKEY_verify: library.func('EVP_PKEY_verify', 'int', [
      'void *',
      'void *',
      'size_t',
      'void *',
      'size_t',
    ]),
    ERR_clear_error: library.func('ERR_clear_error', 'void', []),
  }
}

/** Throws, with the reason in words, where there is no OpenSSL of at least 3.2. */
export const loadOpensslLibrary = (): OpensslLibrary => {
  for (const candidate of candidates) {
    try {
      const library = bind(candidate)
      const [, major, minor] = /^OpenSSL (\d+)\.(\d+)\./.exec(library.version) ?? []
      // Deterministic ECDSA came with 3.2.
      if (Number(major) > 3 || (Number(major) === 3 && Number(minor) >= 2)) return library
    } catch {
      // Absent there: the next one may do.
    }
  }
  throw new Error('no OpenSSL of at least 3.2 in this Node or system: P-256 cannot be computed')
}
