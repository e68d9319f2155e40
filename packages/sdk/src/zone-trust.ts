/** The CA of a zone, for programs that cannot verify evidence: verified here, pinned there. */
import type { KmipAddresses, ZoneTrustAnswer } from '@holdfast/base/answers'
import { type Bytes, equalBytes, fromBase64Url } from '@holdfast/base/bytes'
import { attempt, fail, RefusalError } from '@holdfast/base/errors'
import type { ZoneId } from '@holdfast/base/ids'
import { bytesOf } from '@holdfast/base/schema'
import { zoneCaMessage } from '@holdfast/base/zone-ca'
import { signatures } from './crypto/signatures.ts'
import type { Endpoint } from './endpoint.ts'
import type { Enclave, Trust } from './trust.ts'
import { VerificationError } from './verification-error.ts'

export type ZoneTrust = {
  readonly zone: ZoneId
  /** DER of the CA's certificate: what it has issued is a node of the zone. */
  readonly certificate: Bytes
  /** The enclave whose fresh evidence covers the certificate. */
  readonly enclave: Enclave
  /** Where the nodes of the zone that were asked say that they serve KMIP. */
  readonly kmip: readonly KmipAddresses[]
}

const distrust = (node: string, detail: string, seen: string): VerificationError =>
  new VerificationError({
    node,
    refusal: { code: 'zone_ca_signature', detail },
    differences: [{ what: 'CA of the zone', expected: 'signed by the verified enclave', seen }],
  })

/**
 * Evidence first, then the signature of the certificate under the key that the evidence names. The
 * enclave may have got its next identity between the two: it is asked once more.
 */
const verifyAnswer = async (
  trust: Trust,
  endpoint: Endpoint,
  untrusted: ZoneTrustAnswer,
  isLast = false,
): Promise<Pick<ZoneTrust, 'certificate' | 'enclave'>> => {
  const { zone, boot } = untrusted
  const enclave = await trust.verify(endpoint, { boot })
  const { identity } = enclave.verdict
  if (identity.zone !== zone) {
    throw distrust(endpoint.origin, 'the CA is said to be of another zone', zone)
  }
  const bytes = attempt(() => ({
    certificate: bytesOf(untrusted.certificate, 'base64url'),
    signature: bytesOf(untrusted.signature, 'base64url'),
  }))
  const signed =
    bytes.ok &&
    signatures.ed25519.verify({
      message: zoneCaMessage(trust.mesh, identity.zone, bytes.value.certificate),
      signature: bytes.value.signature,
      publicKey: fromBase64Url(identity.identityPublicKey),
    })
  if (!signed && !isLast) {
    return verifyAnswer(trust, endpoint, await endpoint.untrustedZoneTrust(), true)
  }
  if (!signed) {
    throw distrust(endpoint.origin, 'the CA is not signed by the enclave', 'another signature')
  }
  return { certificate: bytes.value.certificate, enclave }
}

/**
 * Asks every node which zone it is of, and verifies the CA by each that is of the zone (default:
 * the zone of the first node that answers). Fails closed: a node whose evidence or signature does
 * not verify, or that has another CA than the rest of its zone, ends it with a `VerificationError`;
 * a zone of which no node answers is `unreachable`.
 */
export const zoneTrust = async (
  trust: Trust,
  endpoints: readonly Endpoint[],
  zone?: ZoneId,
): Promise<ZoneTrust> => {
  const answers = await Promise.all(
    endpoints.map(async (endpoint) => ({
      endpoint,
      answer: await endpoint.untrustedZoneTrust().catch((error: unknown) => {
        if (error instanceof RefusalError) return undefined
        throw error
      }),
    })),
  )
  const wanted = zone ?? answers.find(({ answer }) => answer !== undefined)?.answer?.zone
  let found: ZoneTrust | undefined
  for (const { endpoint, answer } of answers) {
    if (answer === undefined || answer.zone !== wanted) continue
    const { certificate, enclave } = await verifyAnswer(trust, endpoint, answer)
    if (found !== undefined && !equalBytes(found.certificate, certificate)) {
      throw distrust(endpoint.origin, 'two nodes of a zone show different CAs', 'another CA')
    }
    const kmip = Object.keys(answer.kmip).length === 0 ? [] : [answer.kmip]
    found = { zone: answer.zone, certificate, enclave, kmip: [...(found?.kmip ?? []), ...kmip] }
  }
  return found ?? fail('unreachable', 'no node of the zone answers', wanted)
}
