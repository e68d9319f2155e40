/** Reads X.509 certificates and CRLs strictly (RFC 5280); judging them is the caller's. */
import { type Bytes, equalBytes, toHex } from './bytes.ts'
import * as der from './der.ts'
import { fail } from './errors.ts'

export type ParsedExtension = {
  readonly oid: string
  readonly critical: boolean
  readonly value: Bytes
}

export type ParsedCertificate = {
  readonly der: Bytes
  readonly tbs: Bytes
  /** Lower-case hexadecimal of the number, without leading zeros. */
  readonly serial: string
  readonly algorithm: string
  /** DER of the whole AlgorithmIdentifier, for algorithms that have parameters. */
  readonly algorithmDer: Bytes
  /** DER of the names, to be compared byte by byte. */
  readonly issuer: Bytes
  readonly subject: Bytes
  readonly notBeforeMs: number
  readonly notAfterMs: number
  readonly spki: Bytes
  /** The key as it stands in the SPKI's bit string. */
  readonly publicKey: Bytes
  readonly extensions: readonly ParsedExtension[]
  readonly signature: Bytes
}

export type ParsedCrl = {
  readonly tbs: Bytes
  readonly algorithm: string
  readonly algorithmDer: Bytes
  readonly issuer: Bytes
  readonly thisUpdateMs: number
  readonly nextUpdateMs: number
  readonly revoked: ReadonlySet<string>
  readonly signature: Bytes
}

const serialOf = (element: der.DerElement | undefined): string =>
  toHex(der.expectTag(element, der.derTag.integer).content).replace(/^(00)+(?=..)/, '')

const readExtensions = (wrapper: der.DerElement): ParsedExtension[] => {
  const list = der.readSequence(der.readElements(wrapper.content)[0])
  const extensions = list.map((item) => {
    const parts = der.readSequence(item)
    const [identifier, second, third] = parts
    const critical = parts.length === 3 && der.readBoolean(second)
    if (parts.length === 3 && !critical) fail('malformed', 'an extension writes out a default')
    const value = der.expectTag(parts.length === 3 ? third : second, der.derTag.octetString)
    return { oid: der.readOid(identifier), critical, value: value.content }
  })
  const oids = new Set(extensions.map((extension) => extension.oid))
  if (oids.size !== extensions.length) fail('malformed', 'an extension stands twice')
  return extensions
}

const readSigned = (untrusted: Bytes) => {
  const parts = der.readSequence(der.readOnly(untrusted, der.derTag.sequence))
  const [tbs, algorithm, signature] = parts
  if (tbs === undefined || algorithm === undefined || parts.length !== 3) {
    return fail('malformed', 'a signed structure has three parts')
  }
  return { tbs, algorithm, signature: der.readBitString(signature), items: der.readSequence(tbs) }
}

/** Inside and outside must name the same algorithm (RFC 5280 §4.1.1.2). */
const sameAlgorithm = (inner: der.DerElement | undefined, outer: der.DerElement): string => {
  if (inner === undefined || !equalBytes(inner.raw, outer.raw)) {
    fail('malformed', 'the signature algorithm is named twice, differently')
  }
  return der.readOid(der.readSequence(outer)[0])
}

/** Parses a version 3 certificate; `malformed` otherwise. */
export const parseCertificate = (untrusted: Bytes): ParsedCertificate => {
  const { tbs, algorithm, signature, items } = readSigned(untrusted)
  const [version, serial, inner, issuer, validity, subject, spki, extensions, ...rest] = items
  const versionContent = der.expectTag(version, der.contextTag(0, true)).content
  if (der.readInteger(der.readElements(versionContent)[0]) !== 2n || rest.length > 0) {
    fail('malformed', 'not a version 3 certificate')
  }
  const [notBefore, notAfter] = der.readSequence(validity)
  const [, publicKey] = der.readSequence(spki)
  return {
    der: untrusted,
    tbs: tbs.raw,
    serial: serialOf(serial),
    algorithm: sameAlgorithm(inner, algorithm),
    algorithmDer: algorithm.raw,
    issuer: der.expectTag(issuer, der.derTag.sequence).raw,
    subject: der.expectTag(subject, der.derTag.sequence).raw,
    notBeforeMs: der.readTime(notBefore),
    notAfterMs: der.readTime(notAfter),
    spki: der.expectTag(spki, der.derTag.sequence).raw,
    publicKey: der.readBitString(publicKey),
    extensions:
      extensions === undefined
        ? []
        : readExtensions(der.expectTag(extensions, der.contextTag(3, true))),
    signature,
  }
}

/** Parses a version 2 CRL that has a next update; `malformed` otherwise. */
export const parseCrl = (untrusted: Bytes): ParsedCrl => {
  const { tbs, algorithm, signature, items } = readSigned(untrusted)
  const [version, inner, issuer, thisUpdate, nextUpdate, ...rest] = items
  if (der.readInteger(version) !== 1n) fail('malformed', 'not a version 2 CRL')
  const entries = rest[0]?.tag === der.derTag.sequence ? der.readSequence(rest[0]) : []
  const extensions = rest[0]?.tag === der.derTag.sequence ? rest.slice(1) : rest
  if (extensions.length > 1) fail('malformed', 'a CRL has more parts than it may have')
  for (const wrapper of extensions) {
    readExtensions(der.expectTag(wrapper, der.contextTag(0, true)))
  }
  return {
    tbs: tbs.raw,
    algorithm: sameAlgorithm(inner, algorithm),
    algorithmDer: algorithm.raw,
    issuer: der.expectTag(issuer, der.derTag.sequence).raw,
    thisUpdateMs: der.readTime(thisUpdate),
    nextUpdateMs: der.readTime(nextUpdate),
    revoked: new Set(entries.map((entry) => serialOf(der.readSequence(entry)[0]))),
    signature,
  }
}

/** The value of one extension, or undefined. */
export const extensionOf = (
  certificate: ParsedCertificate,
  oid: string,
): ParsedExtension | undefined => certificate.extensions.find((extension) => extension.oid === oid)

/** What Basic Constraints say (RFC 5280 §4.2.1.9); without them a certificate is no CA. */
export const authorityOf = (
  certificate: ParsedCertificate,
): { readonly ca: boolean; readonly pathLength: number | undefined } => {
  const extension = extensionOf(certificate, '2.5.29.19')
  if (extension === undefined) return { ca: false, pathLength: undefined }
  const [ca, pathLength] = der.readSequence(der.readOnly(extension.value, der.derTag.sequence))
  return {
    ca: ca !== undefined && der.readBoolean(ca),
    pathLength: pathLength === undefined ? undefined : Number(der.readInteger(pathLength)),
  }
}
