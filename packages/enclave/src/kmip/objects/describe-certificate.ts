/** Attributes that a certificate says of itself (KMIP 2.1 §4.8 to §4.12, §4.61 to §4.63). */
import { toHex } from '@holdfast/base/bytes'
import * as der from '@holdfast/base/der'
import { attempt } from '@holdfast/base/errors'
import type { AttributeName, AttributeValue, ManagedObject } from '@holdfast/kmip'
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

/** Signature algorithms by OID (RFC 8017 §A.2.4, RFC 5758 §3). */
const algorithms: Readonly<Record<string, AttributeValue<'DigitalSignatureAlgorithm'>>> = {
  '1.2.840.113549.1.1.4': 'MD5WithRSAEncryption',
  '1.2.840.113549.1.1.5': 'SHA_1WithRSAEncryption',
  '1.2.840.113549.1.1.14': 'SHA_224WithRSAEncryption',
  '1.2.840.113549.1.1.11': 'SHA_256WithRSAEncryption',
  '1.2.840.113549.1.1.12': 'SHA_384WithRSAEncryption',
  '1.2.840.113549.1.1.13': 'SHA_512WithRSAEncryption',
  '1.2.840.113549.1.1.10': 'RSASSA_PSS',
  '1.2.840.10040.4.3': 'DSAWithSHA_1',
  '2.16.840.1.101.3.4.3.2': 'DSAWithSHA256',
  '1.2.840.10045.4.1': 'ECDSAWithSHA_1',
  '1.2.840.10045.4.3.1': 'ECDSAWithSHA224',
  '1.2.840.10045.4.3.2': 'ECDSAWithSHA256',
  '1.2.840.10045.4.3.3': 'ECDSAWithSHA384',
  '1.2.840.10045.4.3.4': 'ECDSAWithSHA512',
}

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
  const { signatureOid } = facts.value
  const key = attempt(() => crypto.publicKeyFacts(publicKey))
  const described = withValues(known, {
    X_509CertificateIdentifier: {
      issuerDistinguishedName: issuerDer,
      certificateSerialNumber: der.integer(serialNumber),
    },
    X_509CertificateIssuer: { issuerDistinguishedName: issuerDer },
    X_509CertificateSubject: { subjectDistinguishedName: subjectDer },
    CertificateIdentifier: {
      issuer: oneLine(issuer),
      serialNumber: toHex(serialNumber).toUpperCase(),
    },
    CertificateIssuer: { certificateIssuerDistinguishedName: oneLine(issuer) },
    CertificateSubject: { certificateSubjectDistinguishedName: oneLine(subject) },
    DigitalSignatureAlgorithm: algorithms[signatureOid],
    ...(key.ok && key.value.bits > 0 ? { CryptographicLength: key.value.bits } : {}),
    ...(key.ok ? { CryptographicAlgorithm: key.value.type === 'rsa' ? 'RSA' : 'ECDSA' } : {}),
  })
  return [...namesIn('Subject', subject), ...namesIn('Issuer', issuer)].reduce(withAdded, described)
}

/** As RFC 4514 writes names: the last part first. */
const oneLine = (name: string): string => name.split('\n').toReversed().join(',')
