/** PEM chains of certificates in one strict form (RFC 7468 §2, 64 columns, line feeds). */
import { type Bytes, equalBytes, fromBase64Url, toBase64Url, utf8 } from '@holdfast/base/bytes'
import { fail } from '@holdfast/base/errors'

const begin = '-----BEGIN CERTIFICATE-----'
const end = '-----END CERTIFICATE-----'

const toBase64 = (bytes: Bytes): string => {
  const text = toBase64Url(bytes).replaceAll('-', '+').replaceAll('_', '/')
  return text.padEnd(Math.ceil(text.length / 4) * 4, '=')
}

/** One certificate as PEM, with its final line feed. */
export const toPem = (der: Bytes): string =>
  `${begin}\n${(toBase64(der).match(/.{1,64}/g) ?? []).join('\n')}\n${end}\n`

export const toPemChain = (chain: readonly Bytes[]): string => chain.map(toPem).join('')

const block = /-----BEGIN CERTIFICATE-----\n([A-Za-z0-9+/\n]+={0,2})\n-----END CERTIFICATE-----\n?/y

/**
 * The certificates of a PEM text that holds nothing else. Every byte counts: what is read must be
 * what the same certificates are written as, so that no byte can differ unseen. `terminated` also
 * takes the NUL that Intel's quoting library leaves behind the chain.
 */
export const parsePemChain = (
  untrusted: string,
  options: { readonly terminated?: boolean } = {},
): readonly Bytes[] => {
  const text =
    options.terminated === true && untrusted.endsWith('\0') ? untrusted.slice(0, -1) : untrusted
  const chain: Bytes[] = []
  let offset = 0
  while (offset < text.length) {
    block.lastIndex = offset
    const match = block.exec(text)
    if (match === null) return fail('malformed', 'not a PEM chain of certificates')
    chain.push(decodeBase64((match[1] as string).replaceAll('\n', '')))
    offset = block.lastIndex
  }
  const written = utf8(toPemChain(chain))
  const read = utf8(text)
  const full = text.endsWith('\n') ? written : written.subarray(0, -1)
  if (!equalBytes(full, read)) fail('malformed', 'a PEM chain is not in its only form')
  return chain
}

const decodeBase64 = (text: string): Bytes => {
  try {
    return fromBase64Url(text.replace(/=+$/, '').replaceAll('+', '-').replaceAll('/', '_'))
  } catch {
    return fail('malformed', 'not base64')
  }
}
