/** The DER of issuer and subject in a certificate (RFC 5280 §4.1). */
import type { Bytes } from '@holdfast/base/bytes'
import { fail } from '@holdfast/base/errors'

type Element = { readonly tag: number; readonly whole: Bytes; readonly content: Bytes }

const elementAt = (bytes: Bytes, offset: number): Element => {
  const short = bytes[offset + 1] ?? fail('bad_key', 'the certificate ends early')
  const count = short < 128 ? 0 : short - 128
  let length = count === 0 ? short : 0
  for (let index = 0; index < count; index += 1) {
    length = length * 256 + (bytes[offset + 2 + index] ?? 0)
  }
  const start = offset + 2 + count
  if (start + length > bytes.length) fail('bad_key', 'the certificate ends early')
  return {
    tag: bytes[offset] ?? 0,
    whole: bytes.subarray(offset, start + length),
    content: bytes.subarray(start, start + length),
  }
}

const childrenOf = (content: Bytes, max: number): readonly Element[] => {
  const children: Element[] = []
  for (let offset = 0; offset < content.length && children.length < max; ) {
    const child = elementAt(content, offset)
    children.push(child)
    offset += child.whole.length
  }
  return children
}

export const namesOf = (
  certificate: Bytes,
): { readonly subject: Bytes; readonly issuer: Bytes } => {
  const [body] = childrenOf(elementAt(certificate, 0).content, 1)
  const fields = childrenOf((body ?? fail('bad_key', 'no certificate')).content, 7)
  // version [0] may be absent, then serial number, algorithm, issuer, validity, subject.
  const first = fields[0]?.tag === 0xa0 ? 1 : 0
  const issuer = fields[first + 2]
  const subject = fields[first + 4]
  if (issuer === undefined || subject === undefined) return fail('bad_key', 'no names')
  return { issuer: issuer.whole.slice(), subject: subject.whole.slice() }
}
