/** Judges a peer's certificate: its evidence, by every rule of the manifest in force. */
import {
  evidenceFromCertificate,
  type VerifiedManifest,
  verifyEvidence,
} from '@holdfast/attestation'
import { accept } from '@holdfast/base/errors'
import { momentMs } from '@holdfast/base/moment'
import type { VerifyPeer } from './peer-verdict.ts'

/**
 * That the peer holds the certificate's key is what the TLS handshake proves. Refusals: those of
 * `evidenceFromCertificate` and `verifyEvidence`.
 */
export const createVerifyPeer =
  (options: { manifest(): VerifiedManifest; nowMs(): number }): VerifyPeer =>
  async (certificateDer) => {
    const evidence = evidenceFromCertificate(certificateDer)
    if (!evidence.ok) return evidence
    const nowMs = options.nowMs()
    const manifest = options.manifest()
    const judged = verifyEvidence({ evidence: evidence.value, manifest, nowMs })
    if (!judged.ok) return { ok: false, refusal: judged.refusal }
    const { identity, zone, measurement } = judged.value
    const notAfterMs = momentMs(identity.notAfter)
    return accept({
      boot: identity.boot,
      zone: zone.id,
      level: zone.level,
      measurement,
      endsInMs: notAfterMs - nowMs,
      lifetimeMs: notAfterMs - momentMs(identity.notBefore),
    })
  }
