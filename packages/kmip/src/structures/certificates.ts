/** What certificates say of themselves (KMIP 2.1 §4.61 to §4.63; KMIP 1.4 §3.13 to §3.15). */
import { bytes, text } from '../schema/primitives.ts'
import { many, optional, required, structure } from '../schema/structure.ts'

export const x509CertificateIdentifier = structure({
  issuerDistinguishedName: required('IssuerDistinguishedName', bytes),
  certificateSerialNumber: required('CertificateSerialNumber', bytes),
})

export const x509CertificateIssuer = structure({
  issuerDistinguishedName: required('IssuerDistinguishedName', bytes),
  issuerAlternativeName: many('IssuerAlternativeName', bytes),
})

export const x509CertificateSubject = structure({
  subjectDistinguishedName: required('SubjectDistinguishedName', bytes),
  subjectAlternativeName: many('SubjectAlternativeName', bytes),
})

export const certificateIdentifier = structure({
  issuer: required('Issuer', text),
  serialNumber: optional('SerialNumber', text),
})

export const certificateIssuer = structure({
  certificateIssuerDistinguishedName: required('CertificateIssuerDistinguishedName', text),
  certificateIssuerAlternativeName: many('CertificateIssuerAlternativeName', text),
})

export const certificateSubject = structure({
  certificateSubjectDistinguishedName: required('CertificateSubjectDistinguishedName', text),
  certificateSubjectAlternativeName: many('CertificateSubjectAlternativeName', text),
})
