/** The text form of a login that is kept for as long as its ticket is good. */
import { type Bytes, fromBase64Url, toBase64Url, utf8 } from '@holdfast/base/bytes'
import { fail } from '@holdfast/base/errors'
import { base64url, credentialId, parseJson, timestamp } from '@holdfast/base/schema'
import { z } from 'zod'
import { type Password, passwordFrom } from './password.ts'

export const loginFormat = 'holdfast login v1'

const loginFile = z.strictObject({
  format: z.literal(loginFormat),
  credential: credentialId,
  expiresAt: timestamp,
  /** The request key, 32 bytes. */
  privateKey: base64url,
  ticket: base64url,
  device: base64url,
})

/** JSON to be kept where only its owner reads it; it says nothing of the password. */
export const formatLogin = ({ id, expiresAt, ticket, device, privateKey }: Password): Bytes =>
  privateKey.use((bytes) => {
    const key = toBase64Url(bytes)
    const kept = { format: loginFormat, credential: id, expiresAt, privateKey: key, ticket, device }
    return utf8(`${JSON.stringify(kept)}\n`)
  })

/** The signer of a login that was kept: `malformed`, `invalid_field` or `bad_key` otherwise. */
export const parseLogin = (untrusted: Bytes): Password => {
  const { credential: id, privateKey, format: _, ...kept } = parseJson(loginFile, untrusted)
  try {
    return passwordFrom(fromBase64Url(privateKey), { id, ...kept })
  } catch {
    return fail('bad_key', 'not a request key of a password', 'privateKey')
  }
}
