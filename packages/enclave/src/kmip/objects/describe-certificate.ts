/** Attributes that a certificate says of itself (KMIP 2.1 §4.8 to §4.12, §4.61 to §4.63). */
import { toHex } from '@holdfast/base/bytes'
import { attempt } from '@holdfast/base/errors'
import type { AttributeName, ManagedObject } from '@holdfast/kmip'
import type { GeneralCrypto } from '../../ports/general-crypto.ts'
import { type Attributes, withAdded, withValues } from './attributes.ts'

type Certificate = Extract<ManagedObject, { readonly type: 'Certificate' }>['value']

/** Parts of a distinguished name, by the attribute that repeats each. */
const parts: Readonly<Record<string, string>> = {
  CN: 'CN',
  O: 'O',
  OU: 'OU',
  emailAddress: 'Email',
  C: 'C',
  ST: 'ST',
  L: 'L',
  UID: 'UID',
  serialNumber: 'SerialNumber',
  title: 'Title',
  DC: 'DC',
  dnQualifier: 'DNQualifier',
}

const namesIn = (side: 'Subject' | 'Issuer', lines: string): Attributes =>
  lines.split('\n').flatMap((line) => {
    const [part, ...rest] = line.split('=')
    const suffix = parts[part ?? '']
    if (suffix === undefined) return []
    const name = `Certificate${side}${suffix}` as AttributeName
    return [{ name, value: rest.join('=') } as Attributes[number]]
  })

export const certificateAttributes = (
  crypto: GeneralCrypto,
  certificate: Certificate,
  attributes: Attributes,
): Attributes => {
  const { certificateType, certificateValue } = certificate
  const known = withValues(attributes, {
    CertificateType: certificateType,
    CertificateLength: certificateValue.length,
  })
  const facts = attempt(() => crypto.readCertificate(certificateValue))
  if (!facts.ok) return known
  const { issuerDer, subjectDer, serialNumber, subject, issuer, publicKey } = facts.value
  const key = attempt(() => crypto.publicKeyFacts(publicKey))
  const described = withValues(known, {
    X_509CertificateIdentifier: {
      issuerDistinguishedName: issuerDer,
      certificateSerialNumber: serialNumber,
    },
    X_509CertificateIssuer: { issuerDistinguishedName: issuerDer },
    X_509CertificateSubject: { subjectDistinguishedName: subjectDer },
    CertificateIdentifier: { issuer: oneLine(issuer), serialNumber: toHex(serialNumber) },
    CertificateIssuer: { certificateIssuerDistinguishedName: oneLine(issuer) },
    CertificateSubject: { certificateSubjectDistinguishedName: oneLine(subject) },
    ...(key.ok && key.value.bits > 0 ? { CryptographicLength: key.value.bits } : {}),
    ...(key.ok ? { CryptographicAlgorithm: key.value.type === 'rsa' ? 'RSA' : 'ECDSA' } : {}),
  })
  return [...namesIn('Subject', subject), ...namesIn('Issuer', issuer)].reduce(withAdded, described)
}

const oneLine = (name: string): string => name.split('\n').join(',')
