/** What a VCEK says of its chip (AMD, VCEK Certificate and KDS Interface §3.1). */
import { fromUtf8, toHex } from '@holdfast/base/bytes'
import * as der from '@holdfast/base/der'
import { attempt, fail } from '@holdfast/base/errors'
import type { SnpTcb } from '@holdfast/base/snp-policy'
import { extensionOf, type ParsedCertificate } from '@holdfast/base/x509-reader'

const arc = '1.3.6.1.4.1.3704.1'

export type Vcek = {
  /** Such as `Milan-B0`. */
  readonly product: string
  readonly tcb: SnpTcb
  readonly chipId: string
}

const parse = (certificate: ParsedCertificate): Vcek => {
  const value = (oid: string) =>
    extensionOf(certificate, `${arc}.${oid}`)?.value ?? fail('malformed', 'a field is missing')
  const level = (oid: string): number =>
    Number(der.readInteger(der.readOnly(value(oid), der.derTag.integer)))
  return {
    product: fromUtf8(der.readOnly(value('2'), der.derTag.ia5String).content),
    tcb: {
      bootloader: level('3.1'),
      tee: level('3.2'),
      snp: level('3.3'),
      microcode: level('3.8'),
    },
    // The 64 bytes themselves, without a tag.
    chipId: toHex(value('4')),
  }
}

export const vcekOf = (certificate: ParsedCertificate): Vcek => {
  const parsed = attempt(() => parse(certificate))
  return parsed.ok ? parsed.value : fail('chain_malformed', parsed.refusal.detail, 'VCEK')
}
