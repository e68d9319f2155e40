/** The SGX extension of a PCK certificate (Intel SGX PCK Certificate and CRL Profile §1.3.5). */
import { type Bytes, toHex } from '@holdfast/base/bytes'
import * as der from '@holdfast/base/der'
import { attempt, fail } from '@holdfast/base/errors'
import { extensionOf, type ParsedCertificate } from '@holdfast/base/x509-reader'
import { sgxExtensionOid, sgxOids } from './layout.ts'

/** Hexadecimal, lower case. */
export type PckIdentity = {
  readonly ppid: Bytes
  readonly fmspc: string
  readonly pceId: string
}

const parse = (value: Bytes): PckIdentity => {
  const entries = new Map<string, der.DerElement>()
  for (const item of der.readSequence(der.readOnly(value, der.derTag.sequence))) {
    const [identifier, content, ...rest] = der.readSequence(item)
    const oid = der.readOid(identifier)
    if (content === undefined || rest.length > 0 || entries.has(oid)) {
      return fail('malformed', 'the SGX extension has another form')
    }
    entries.set(oid, content)
  }
  const octets = (oid: string, length: number): Bytes => {
    const { content } = der.expectTag(entries.get(oid), der.derTag.octetString)
    return content.length === length ? content : fail('malformed', 'a field has another length')
  }
  return {
    ppid: octets(sgxOids.ppid, 16),
    fmspc: toHex(octets(sgxOids.fmspc, 6)),
    pceId: toHex(octets(sgxOids.pceId, 2)),
  }
}

export const pckIdentityOf = (certificate: ParsedCertificate): PckIdentity => {
  const parsed = attempt(() => {
    const extension = extensionOf(certificate, sgxExtensionOid)
    return extension === undefined
      ? fail('malformed', 'the certificate has no SGX extension')
      : parse(extension.value)
  })
  return parsed.ok
    ? parsed.value
    : fail('chain_malformed', parsed.refusal.detail, 'PCK certificate')
}
