/** Verdicts are renewed on a schedule; a link whose verdict is no longer good is cut. */
import { type Result, refuse } from '@holdfast/base/errors'
import type { Logs } from '../logs.ts'
import type { PeerVerdict, VerifyPeer } from './peer-verdict.ts'
import type { VerifiedTlsPeer } from './tls-peer.ts'

export type KeptVerdict = {
  readonly peer: VerifiedTlsPeer
  verifiedAtMs: number
  cut(reason: string): void
}

/** The peer that a link was opened for stays what it was: another level is another peer. */
const same = (left: PeerVerdict, right: PeerVerdict): boolean =>
  left.boot === right.boot &&
  left.zone === right.zone &&
  left.level === right.level &&
  left.measurement === right.measurement

const judge = async (peer: VerifiedTlsPeer, verify: VerifyPeer): Promise<Result<PeerVerdict>> => {
  try {
    return await verify(peer.certificate)
  } catch {
    return refuse('internal', 'the verification met a fault')
  }
}

/** Judges again, one after another, what was last judged `olderThanMs` ago or earlier. */
export const renewVerdicts = async (
  verdicts: readonly KeptVerdict[],
  options: {
    readonly verify: VerifyPeer
    nowMs(): number
    readonly olderThanMs: number
    readonly logs: Logs
  },
): Promise<void> => {
  for (const kept of verdicts) {
    const now = options.nowMs()
    if (now - kept.verifiedAtMs < options.olderThanMs) continue
    const judged = await judge(kept.peer, options.verify)
    if (judged.ok && same(judged.value, kept.peer.verdict)) {
      kept.verifiedAtMs = now
      continue
    }
    const code = judged.ok ? 'unauthenticated' : judged.refusal.code
    const { zone, boot } = kept.peer.verdict
    options.logs.warn('verdict lost', { peerZone: zone, peerBoot: boot, code })
    kept.cut('its verdict is no longer good')
  }
}
