/** What signs certificates for the cases that ask for one: RSA, named as the answers say. */
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import * as der from '../../../packages/base/src/der.ts'
import type { Certifier } from '../../../packages/enclave/src/ports/certifier.ts'

const name = (parts: Readonly<Record<string, string>>): Uint8Array =>
  der.sequence(
    ...Object.entries(parts).map(([oid, text]) =>
      der.set(der.sequence(der.oid(oid), der.printableString(text))),
    ),
  )

const issuer = name({ '2.5.4.6': 'US', '2.5.4.10': 'TEST', '2.5.4.11': 'OASIS', '2.5.4.3': 'KMIP' })
const lifetimeMs = 365 * 86_400_000

/** sha256WithRSAEncryption (RFC 8017 §A.2.4). */
const algorithm = der.sequence(der.oid('1.2.840.113549.1.1.11'), Uint8Array.of(5, 0))

export const makeCertifier = (): Certifier => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return {
    issue: ({ subject, spki, nowMs }) => {
      const tbs = der.sequence(
        der.explicit(0, der.integer(2)),
        der.integer(Uint8Array.of(1, ...randomBytes(7))),
        algorithm,
        issuer,
        der.sequence(der.time(nowMs), der.time(nowMs + lifetimeMs)),
        subject,
        spki,
      )
      const signature = new Uint8Array(sign('sha256', tbs, privateKey))
      return der.sequence(tbs, algorithm, der.bitString(signature))
    },
  }
}
