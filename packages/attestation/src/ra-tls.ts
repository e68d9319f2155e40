/**
 * Evidence in an X.509 certificate: the Confidential Computing Consortium's interoperable RA-TLS
 * ("X.509 Cert and Evidence Formats", "SGX / TDX Evidence Tags and Formats").
 */
import {
  type Bytes,
  concat,
  equalBytes,
  fromBase64Url,
  fromHex,
  fromUtf8,
  toHex,
  utf8,
} from '@holdfast/base/bytes'
import { fromCbor } from '@holdfast/base/cbor'
import {
  type Collateral,
  type DcapCollateral,
  dcapCollateralSchema,
  isSnpCollateral,
  type SnpCollateral,
  snpCollateralSchema,
} from '@holdfast/base/collateral'
import { attempt, fail, RefusalError, type Result } from '@holdfast/base/errors'
import type { Evidence } from '@holdfast/base/evidence'
import { certificateBytesMax } from '@holdfast/base/limits'
import { momentMs } from '@holdfast/base/moment'
import * as x509 from '@holdfast/base/x509'
import { extensionOf, type ParsedCertificate, parseCertificate } from '@holdfast/base/x509-reader'
import { sha256 } from '@noble/hashes/sha2.js'
import { encode } from 'cborg'
import { parseIdentity } from './identity.ts'
import { signedText, splitSignedText } from './sgx/signed-text.ts'

/** tcg-dice-conceptual-message-wrapper, and the manifest of endorsements. */
export const evidenceOid = '2.23.133.5.4.9'
export const endorsementsOid = '2.23.133.5.4.2'

/** CBOR tag 60000, "Intel TEE quote", as its three-byte head. */
const teeQuoteTag = Uint8Array.of(0xd9, 0xea, 0x60)

/** The format has no tag for reports of SEV-SNP: one of our own, "HOLD", in the same place. */
const snpReportTag = Uint8Array.of(0xda, 0x48, 0x4f, 0x4c, 0x44)

const tagOf = (collateral: Collateral): Bytes =>
  isSnpCollateral(collateral) ? snpReportTag : teeQuoteTag

/** IANA Named Information Hash Algorithm Registry: sha-256. */
const sha256Id = 1

/** The claims: `pubkey-hash` as the format asks, and the document that the quote is over. */
const claimsOf = (spki: Bytes, identity: Bytes): Bytes =>
  encode({ 'pubkey-hash': encode([sha256Id, sha256(spki)]), 'holdfast-identity': identity })

const endorsementsVersion = 1

/** The order is that of Open Enclave's `oe_sgx_endorsements_fields_t`. */
const dcapEndorsements = (collateral: DcapCollateral): Bytes =>
  encode([
    endorsementsVersion,
    utf8(signedText('tcbInfo', collateral.tcbInfo, collateral.tcbInfoSignature)),
    utf8(collateral.tcbInfoIssuerChain),
    fromHex(collateral.pckCrl),
    fromHex(collateral.rootCaCrl),
    utf8(collateral.pckCrlIssuerChain),
    utf8(signedText('enclaveIdentity', collateral.qeIdentity, collateral.qeIdentitySignature)),
    utf8(collateral.qeIdentityIssuerChain),
  ])

const snpEndorsements = ({ vcek, ask, ark, crl }: SnpCollateral): Bytes =>
  encode([endorsementsVersion, ...[vcek, ask, ark, crl].map(fromHex)])

const endorsementsOf = (collateral: Collateral): Bytes =>
  concat(
    tagOf(collateral),
    isSnpCollateral(collateral) ? snpEndorsements(collateral) : dcapEndorsements(collateral),
  )

/**
 * A self-signed certificate over the identity's TLS key. `sign` signs with that key (r ‖ s).
 * Give it to Node as PEM: `new X509Certificate(der)` takes the first PEM block within the bytes,
 * which is a certificate of the quote.
 *
 * It is good for as long as the identity.
 *
 *     raTlsCertificate({ evidence, sign, serial: entropy(16) })
 */
export const raTlsCertificate = (options: {
  readonly evidence: Evidence
  readonly sign: x509.Signer
  readonly serial: Bytes
  /** More extensions, such as alternative names. */
  readonly extensions?: readonly x509.Extension[]
}): Bytes => {
  const { evidence } = options
  const identity = parseIdentity(evidence.identity)
  if (!identity.ok) throw new RefusalError(identity.refusal)
  const spki = fromBase64Url(identity.value.tlsPublicKey)
  const name = { commonName: `holdfast ${identity.value.boot}` }
  const claims = claimsOf(spki, evidence.identity)
  return x509.buildCertificate({
    serial: options.serial,
    issuer: name,
    subject: name,
    notBeforeMs: momentMs(identity.value.notBefore),
    notAfterMs: momentMs(identity.value.notAfter),
    spki,
    extensions: [
      x509.basicConstraints({ ca: false }),
      x509.keyUsage('digitalSignature'),
      x509.extendedKeyUsage('serverAuth', 'clientAuth'),
      {
        oid: evidenceOid,
        value: concat(tagOf(evidence.collateral), encode([evidence.quote, claims])),
      },
      { oid: endorsementsOid, value: endorsementsOf(evidence.collateral) },
      ...(options.extensions ?? []),
    ],
    algorithm: 'ecdsa-p256-sha256',
    sign: options.sign,
  })
}

const valueOf = (certificate: ParsedCertificate, oid: string): Bytes =>
  extensionOf(certificate, oid)?.value ?? fail('malformed', 'the certificate has no evidence')

/** The array behind that tag, of that length. */
const taggedArray = (value: Bytes, tag: Bytes, length: number): unknown[] => {
  if (!equalBytes(value.slice(0, tag.length), tag)) {
    fail('malformed', 'the evidence is of another kind')
  }
  const array = fromCbor(value.slice(tag.length))
  return Array.isArray(array) && array.length === length
    ? array
    : fail('malformed', 'the evidence has another form')
}

const bytesIn = (value: unknown): Bytes =>
  value instanceof Uint8Array ? value : fail('malformed', 'a part of the evidence is no bytes')

const textIn = (value: unknown): string => {
  try {
    return fromUtf8(bytesIn(value))
  } catch {
    return fail('malformed', 'a part of the evidence is no text')
  }
}

const checkVersion = (version: unknown): void => {
  if (version !== endorsementsVersion) fail('malformed', 'the endorsements have another version')
}

const readDcap = (endorsements: Bytes): Collateral => {
  const [version, tcb, tcbChain, pckCrl, rootCrl, crlChain, qe, qeChain] = taggedArray(
    endorsements,
    teeQuoteTag,
    8,
  )
  checkVersion(version)
  const tcbInfo = splitSignedText('tcbInfo', textIn(tcb))
  const qeIdentity = splitSignedText('enclaveIdentity', textIn(qe))
  const parsed = dcapCollateralSchema.safeParse({
    tcbInfo: tcbInfo.text,
    tcbInfoSignature: tcbInfo.signature,
    tcbInfoIssuerChain: textIn(tcbChain),
    qeIdentity: qeIdentity.text,
    qeIdentitySignature: qeIdentity.signature,
    qeIdentityIssuerChain: textIn(qeChain),
    pckCrl: toHex(bytesIn(pckCrl)),
    pckCrlIssuerChain: textIn(crlChain),
    rootCaCrl: toHex(bytesIn(rootCrl)),
  })
  return parsed.success ? parsed.data : fail('malformed', 'the endorsements have another form')
}

const readSnp = (endorsements: Bytes): Collateral => {
  const [version, ...parts] = taggedArray(endorsements, snpReportTag, 5)
  checkVersion(version)
  const [vcek, ask, ark, crl] = parts.map((part) => toHex(bytesIn(part)))
  const parsed = snpCollateralSchema.safeParse({ vcek, ask, ark, crl })
  return parsed.success ? parsed.data : fail('malformed', 'the endorsements have another form')
}

const readEvidence = (certificate: ParsedCertificate): Evidence => {
  const value = valueOf(certificate, evidenceOid)
  const isSnp = equalBytes(value.slice(0, snpReportTag.length), snpReportTag)
  const [quote, claimBytes] = taggedArray(value, isSnp ? snpReportTag : teeQuoteTag, 2)
  const claims = fromCbor(bytesIn(claimBytes)) as Readonly<Record<string, unknown>> | null
  const identity = bytesIn(claims?.['holdfast-identity'])
  const collateral = (isSnp ? readSnp : readDcap)(valueOf(certificate, endorsementsOid))
  // The claims have one encoding, so that comparing them compares the key's hash too.
  if (!equalBytes(bytesIn(claimBytes), claimsOf(certificate.spki, identity))) {
    fail('wrong_certificate_key', 'the claims are not of this certificate’s key')
  }
  return { quote: bytesIn(quote), identity, collateral }
}

/**
 * The evidence in a peer's certificate, whose key is that of the identity document. Refuses with
 * `certificate_malformed`, `identity_malformed` or `wrong_certificate_key`; nothing else of the
 * evidence is verified here. That the peer holds the key is what the TLS handshake proves.
 */
export const evidenceFromCertificate = (untrusted: Bytes): Result<Evidence> => {
  const read = attempt(() => {
    if (untrusted.length > certificateBytesMax) fail('malformed', 'the certificate is too long')
    const certificate = parseCertificate(untrusted)
    return { certificate, evidence: readEvidence(certificate) }
  })
  if (!read.ok) {
    const { refusal } = read
    const code = refusal.code === 'malformed' ? 'certificate_malformed' : refusal.code
    return { ok: false, refusal: { ...refusal, code } }
  }
  const { certificate, evidence } = read.value
  return attempt(() => {
    const identity = parseIdentity(evidence.identity)
    if (!identity.ok) throw new RefusalError(identity.refusal)
    if (!equalBytes(fromBase64Url(identity.value.tlsPublicKey), certificate.spki)) {
      fail('wrong_certificate_key', 'the identity names another TLS key')
    }
    if (certificate.notAfterMs !== momentMs(identity.value.notAfter)) {
      fail('certificate_malformed', 'the certificate does not end with its identity')
    }
    return evidence
  })
}
