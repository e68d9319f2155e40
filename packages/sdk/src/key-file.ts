/** The text form of an API key's private key; whoever holds it is the credential. */
import { type Bytes, fromBase64Url, toBase64Url, utf8 } from '@holdfast/base/bytes'
import { fail } from '@holdfast/base/errors'
import { base64url, parseJson } from '@holdfast/base/schema'
import { apiKeyAlgorithms } from '@holdfast/base/wallet'
import { z } from 'zod'
import { type ApiKey, apiKeyFrom } from './credentials.ts'

const format = 'holdfast api key v1'

const keyFile = z.strictObject({
  format: z.literal(format),
  algorithm: z.enum(apiKeyAlgorithms),
  /** 32 bytes. */
  privateKey: base64url,
})

/** JSON to be kept where only its owner reads it (a file of mode 0600). */
export const formatApiKey = (key: ApiKey): Bytes =>
  key.privateKey.use((bytes) =>
    utf8(
      `${JSON.stringify({ format, algorithm: key.algorithm, privateKey: toBase64Url(bytes) })}\n`,
    ),
  )

/** The API key of a file's bytes: `malformed`, `invalid_field` or `bad_key` otherwise. */
export const parseApiKey = (untrusted: Bytes): ApiKey => {
  const file = parseJson(keyFile, untrusted)
  try {
    return apiKeyFrom(file.algorithm, fromBase64Url(file.privateKey))
  } catch {
    return fail('bad_key', `not a private key of ${file.algorithm}`, 'privateKey')
  }
}
