/** Values that commands take: from the line, from a file, or from stdin. */
import { resolve } from 'node:path'
import { type Bytes, concat, fromBase64Url, fromHex, fromUtf8 } from '@holdfast/base/bytes'
import { fail } from '@holdfast/base/errors'
import type { Surroundings } from './command.ts'
import { fileBytesMax } from './limits.ts'
import { readBytes } from './mesh-folder/files.ts'

/** Everything on stdin, up to the limit of a file. */
export const readStdin = async ({ stdin }: Surroundings): Promise<Bytes> => {
  const chunks: Bytes[] = []
  let length = 0
  for await (const chunk of stdin as AsyncIterable<Bytes>) {
    length += chunk.length
    if (length > fileBytesMax) fail('too_large', 'there is too much on stdin')
    chunks.push(chunk)
  }
  return concat(...chunks)
}

/** `-` is stdin, `@path` a file, anything else the text itself. */
export const readValue = async (value: string, around: Surroundings): Promise<string> => {
  if (value === '-') return fromUtf8(await readStdin(around)).trim()
  if (!value.startsWith('@')) return value
  return fromUtf8(await readBytes(resolve(around.cwd, value.slice(1)))).trim()
}

export const readFileOrStdin = (path: string, around: Surroundings): Promise<Bytes> =>
  path === '-' ? readStdin(around) : readBytes(resolve(around.cwd, path))

/** Hexadecimal in either case, with `0x` or without. */
export const hexBytes = (text: string, what: string): Bytes => {
  try {
    return fromHex(text.replace(/^0x/, '').toLowerCase())
  } catch {
    return fail('invalid_field', 'not hexadecimal', what)
  }
}

/** Base64 or base64url, padded or not. */
export const base64Bytes = (text: string, what: string): Bytes => {
  try {
    return fromBase64Url(text.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, ''))
  } catch {
    return fail('invalid_field', 'not base64', what)
  }
}

/** A non-negative decimal integer. */
export const integer = (text: string, what: string): bigint =>
  /^(?:0|[1-9][0-9]{0,77})$/.test(text)
    ? BigInt(text)
    : fail('invalid_field', 'not a decimal integer', what)
