/** X.509 certificates and CRLs (RFC 5280), built over an injected synchronous signer. */
import { type Bytes, fromHex } from './bytes.ts'
import * as der from './der.ts'
import { assert } from './errors.ts'

/**
 * Signs the to-be-signed bytes and returns 64 bytes: r ‖ s of ECDSA with SHA-256 on P-256, or an
 * Ed25519 signature. The certificate's encoding of it is made here.
 */
export type Signer = (tbs: Bytes) => Bytes
export type SignatureAlgorithm = 'ecdsa-p256-sha256' | 'ed25519'

export const algorithmOids: Readonly<Record<SignatureAlgorithm, string>> = {
  'ecdsa-p256-sha256': '1.2.840.10045.4.3.2',
  ed25519: '1.3.101.112',
}

const nameOids = {
  commonName: '2.5.4.3',
  organization: '2.5.4.10',
  organizationalUnit: '2.5.4.11',
  locality: '2.5.4.7',
  state: '2.5.4.8',
  country: '2.5.4.6',
} as const

/** A distinguished name, one attribute per RDN, in the order given. */
export type Name = Readonly<Partial<Record<keyof typeof nameOids, string>>>

export const encodeName = (name: Name): Bytes =>
  der.sequence(
    ...Object.entries(name).map(([attribute, value]) =>
      der.set(
        der.sequence(
          der.oid(nameOids[attribute as keyof typeof nameOids]),
          attribute === 'country' ? der.printableString(value) : der.utf8String(value),
        ),
      ),
    ),
  )

/** SubjectPublicKeyInfo of an uncompressed P-256 point (65 bytes; RFC 5480). */
export const p256Spki = (point: Bytes): Bytes => {
  assert(point.length === 65 && point[0] === 4, 'a P-256 point is uncompressed')
  const algorithm = der.sequence(der.oid('1.2.840.10045.2.1'), der.oid('1.2.840.10045.3.1.7'))
  return der.sequence(algorithm, der.bitString(point))
}

/** SubjectPublicKeyInfo of an Ed25519 key (32 bytes; RFC 8410). */
export const ed25519Spki = (publicKey: Bytes): Bytes => {
  assert(publicKey.length === 32, 'an Ed25519 public key has 32 bytes')
  return der.sequence(der.sequence(der.oid(algorithmOids.ed25519)), der.bitString(publicKey))
}

export type Extension = {
  readonly oid: string
  readonly critical?: boolean
  /** DER of the extension's value, without the OCTET STRING around it. */
  readonly value: Bytes
}

/** RFC 5280 §4.2.1.3: bit numbers, bit 0 is the most significant. */
const keyUsageBits = { digitalSignature: 0, nonRepudiation: 1, keyCertSign: 5, cRLSign: 6 }
export type KeyUsage = keyof typeof keyUsageBits

export const extensionOids = {
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  crlNumber: '2.5.29.20',
  crlDistributionPoints: '2.5.29.31',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
} as const

export const basicConstraints = (options: { ca: boolean; pathLength?: number }): Extension => ({
  oid: extensionOids.basicConstraints,
  critical: true,
  value: der.sequence(
    ...(options.ca ? [der.boolean(true)] : []),
    ...(options.pathLength === undefined ? [] : [der.integer(options.pathLength)]),
  ),
})

export const keyUsage = (...usages: readonly KeyUsage[]): Extension => {
  let bits = 0
  for (const usage of usages) bits |= 0x80 >> keyUsageBits[usage]
  const unused = 7 - Math.max(...usages.map((usage) => keyUsageBits[usage]))
  return {
    oid: extensionOids.keyUsage,
    critical: true,
    value: der.bitString(Uint8Array.of(bits), unused),
  }
}

/** `serverAuth` and `clientAuth` are 1.3.6.1.5.5.7.3.1 and .2. */
export const extendedKeyUsage = (
  ...usages: readonly ('serverAuth' | 'clientAuth')[]
): Extension => ({
  oid: extensionOids.extendedKeyUsage,
  value: der.sequence(
    ...usages.map((usage) => der.oid(`1.3.6.1.5.5.7.3.${usage === 'serverAuth' ? 1 : 2}`)),
  ),
})

/** DNS names and IPv4 or IPv6 addresses (4 or 16 bytes). */
export const subjectAltName = (names: {
  readonly dns?: readonly string[]
  readonly ip?: readonly Bytes[]
}): Extension => ({
  oid: extensionOids.subjectAltName,
  value: der.sequence(
    ...(names.dns ?? []).map((name) => der.encode(0x82, ascii(name))),
    ...(names.ip ?? []).map((address) => der.encode(0x87, address)),
  ),
})

export const subjectKeyIdentifier = (id: Bytes): Extension => ({
  oid: extensionOids.subjectKeyIdentifier,
  value: der.octetString(id),
})

export const authorityKeyIdentifier = (id: Bytes): Extension => ({
  oid: extensionOids.authorityKeyIdentifier,
  value: der.sequence(der.implicit(0, id)),
})

export const crlDistributionPoint = (url: string): Extension => ({
  oid: extensionOids.crlDistributionPoints,
  value: der.sequence(der.sequence(der.explicit(0, der.explicit(0, der.implicit(6, ascii(url)))))),
})

const ascii = (text: string): Bytes => {
  assert(/^[\x20-\x7e]*$/.test(text), 'an IA5String is ASCII')
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0))
}

const encodeExtensions = (extensions: readonly Extension[]): Bytes =>
  der.sequence(
    ...extensions.map(({ oid, critical, value }) =>
      der.sequence(
        der.oid(oid),
        ...(critical === true ? [der.boolean(true)] : []),
        der.octetString(value),
      ),
    ),
  )

type Signing = { readonly algorithm: SignatureAlgorithm; readonly sign: Signer }

const encodeAlgorithm = (algorithm: SignatureAlgorithm): Bytes =>
  der.sequence(der.oid(algorithmOids[algorithm]))

const signed = (tbs: Bytes, { algorithm, sign }: Signing): Bytes => {
  const signature = sign(tbs)
  assert(signature.length === 64, 'a signature has 64 bytes')
  const value =
    algorithm === 'ed25519'
      ? signature
      : der.sequence(der.integer(signature.slice(0, 32)), der.integer(signature.slice(32)))
  return der.sequence(tbs, encodeAlgorithm(algorithm), der.bitString(value))
}

/**
 * A certificate, self-signed where issuer and key are its own.
 *
 *     buildCertificate({ serial: entropy(16), issuer: name, subject: name, notBeforeMs, notAfterMs,
 *       spki: p256Spki(point), extensions: [basicConstraints({ ca: true })],
 *       algorithm: 'ecdsa-p256-sha256', sign })
 */
export const buildCertificate = (
  content: Signing & {
    /** At most 20 bytes; read as one big-endian number that is not zero. */
    readonly serial: Bytes
    readonly issuer: Name
    /** A name, or one in DER that another wrote. */
    readonly subject: Name | Bytes
    readonly notBeforeMs: number
    readonly notAfterMs: number
    readonly spki: Bytes
    readonly extensions: readonly Extension[]
  },
): Bytes => {
  const tbs = der.sequence(
    der.explicit(0, der.integer(2)),
    der.integer(content.serial),
    encodeAlgorithm(content.algorithm),
    encodeName(content.issuer),
    der.sequence(der.time(content.notBeforeMs), der.time(content.notAfterMs)),
    content.subject instanceof Uint8Array ? content.subject : encodeName(content.subject),
    content.spki,
    ...(content.extensions.length === 0
      ? []
      : [der.explicit(3, encodeExtensions(content.extensions))]),
  )
  return signed(tbs, content)
}

/** A version 2 CRL; `revoked` are serial numbers in hexadecimal. */
export const buildCrl = (
  content: Signing & {
    readonly issuer: Name
    readonly thisUpdateMs: number
    readonly nextUpdateMs: number
    readonly crlNumber: number
    readonly revoked: readonly { readonly serial: string; readonly atMs: number }[]
    readonly extensions: readonly Extension[]
  },
): Bytes => {
  const entries = content.revoked.map(({ serial, atMs }) =>
    der.sequence(der.integer(fromHex(serial)), der.time(atMs)),
  )
  const number = { oid: extensionOids.crlNumber, value: der.integer(content.crlNumber) }
  const tbs = der.sequence(
    der.integer(1),
    encodeAlgorithm(content.algorithm),
    encodeName(content.issuer),
    der.time(content.thisUpdateMs),
    der.time(content.nextUpdateMs),
    ...(entries.length === 0 ? [] : [der.sequence(...entries)]),
    der.explicit(0, encodeExtensions([number, ...content.extensions])),
  )
  return signed(tbs, content)
}
