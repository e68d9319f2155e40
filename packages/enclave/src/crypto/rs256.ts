/** RSASSA-PKCS1-v1_5 with SHA-256 by the runtime's OpenSSL: what some passkeys sign with. */
import { createPublicKey, type KeyObject, verify } from 'node:crypto'
import { type Bytes, toBase64Url } from '@holdfast/base/bytes'
import type { Rs256 } from '../ports/crypto.ts'
import { publicKeyCacheMax } from './limits.ts'

const modulusBitsMin = 2048
const modulusBitsMax = 4096

/** Undefined where the bytes are no RSA key of an allowed size in its one DER form. */
const load = (publicKey: Bytes): KeyObject | undefined => {
  try {
    const key = createPublicKey({ key: Buffer.from(publicKey), format: 'der', type: 'spki' })
    const bits = key.asymmetricKeyDetails?.modulusLength ?? 0
    const same = key.export({ format: 'der', type: 'spki' }).equals(publicKey)
    const isRsa = key.asymmetricKeyType === 'rsa' && same
    return isRsa && bits >= modulusBitsMin && bits <= modulusBitsMax ? key : undefined
  } catch {
    return undefined
  }
}

export const createRs256 = (): Rs256 => {
  const kept = new Map<string, KeyObject>()
  const keyOf = (publicKey: Bytes): KeyObject | undefined => {
    const name = toBase64Url(publicKey)
    const key = kept.get(name) ?? load(publicKey)
    if (key === undefined) return undefined
    kept.delete(name)
    kept.set(name, key)
    const [oldest] = kept.keys()
    if (kept.size > publicKeyCacheMax && oldest !== undefined) kept.delete(oldest)
    return key
  }
  return {
    isPublicKey: (publicKey) => load(publicKey) !== undefined,
    verify: ({ message, signature, publicKey }) => {
      const key = keyOf(publicKey)
      return key !== undefined && verify('sha256', message, key, signature)
    },
  }
}
