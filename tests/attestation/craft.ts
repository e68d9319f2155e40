/** Certificates of the kinds that AMD and AWS use, made for tests from their parts. */
import { constants, type KeyObject, sign } from 'node:crypto'
import * as der from '@holdfast/base/der'
import { type Extension, encodeName } from '@holdfast/base/x509'
import { nowMs } from './world.ts'

const dayMs = 86_400_000

const sha384 = der.sequence(der.oid('2.16.840.1.101.3.4.2.2'), der.encode(der.derTag.null))
const pss = der.sequence(
  der.oid('1.2.840.113549.1.1.10'),
  der.sequence(
    der.explicit(0, sha384),
    der.explicit(1, der.sequence(der.oid('1.2.840.113549.1.1.8'), sha384)),
    der.explicit(2, der.integer(48)),
  ),
)
const ecdsa = der.sequence(der.oid('1.2.840.10045.4.3.3'))

/** RSA-PSS with SHA-384 for RSA keys, ECDSA with SHA-384 for others. */
export const craft = (content: {
  readonly subject: string
  readonly issuer: string
  readonly key: KeyObject
  readonly issuerKey: KeyObject
  readonly extensions: readonly Extension[]
  readonly notBeforeMs?: number
  readonly notAfterMs?: number
}): Uint8Array => {
  const rsa = content.issuerKey.asymmetricKeyType === 'rsa'
  const extensions = content.extensions.map(({ oid, critical, value }) =>
    der.sequence(
      der.oid(oid),
      ...(critical === true ? [der.boolean(true)] : []),
      der.octetString(value),
    ),
  )
  const tbs = der.sequence(
    der.explicit(0, der.integer(2)),
    der.integer(content.subject.length),
    rsa ? pss : ecdsa,
    encodeName({ commonName: content.issuer }),
    der.sequence(
      der.time(content.notBeforeMs ?? nowMs - dayMs),
      der.time(content.notAfterMs ?? nowMs + dayMs),
    ),
    encodeName({ commonName: content.subject }),
    new Uint8Array(content.key.export({ format: 'der', type: 'spki' })),
    der.explicit(3, der.sequence(...extensions)),
  )
  return signedBy(content.issuerKey, tbs)
}

/** The signed structure of a certificate or CRL. */
const signedBy = (key: KeyObject, tbs: Uint8Array): Uint8Array => {
  const rsa = key.asymmetricKeyType === 'rsa'
  const padding = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 48 }
  const signature = sign('sha384', tbs, { key, ...(rsa ? padding : {}) })
  return der.sequence(tbs, rsa ? pss : ecdsa, der.bitString(new Uint8Array(signature)))
}

/** A CRL of an RSA authority that revokes those serial numbers. */
export const craftCrl = (content: {
  readonly issuer: string
  readonly issuerKey: KeyObject
  readonly revoked: readonly number[]
  readonly thisUpdateMs?: number
}): Uint8Array => {
  const entries = content.revoked.map((serial) =>
    der.sequence(der.integer(serial), der.time(nowMs - dayMs)),
  )
  const tbs = der.sequence(
    der.integer(1),
    pss,
    encodeName({ commonName: content.issuer }),
    der.time(content.thisUpdateMs ?? nowMs - dayMs),
    der.time(nowMs + dayMs),
    ...(entries.length === 0 ? [] : [der.sequence(...entries)]),
  )
  return signedBy(content.issuerKey, tbs)
}
