/** Opens a sealed session: here, or as a blind relay at the enclave that the client verified. */

import type { NodeName } from '@holdfast/base/answers'
import { equalBytes } from '@holdfast/base/bytes'
import { accept, type Result, refuse } from '@holdfast/base/errors'
import { SessionId } from '@holdfast/base/ids'
import { answerNoise } from '@holdfast/base/noise'
import { sessionPrologue } from '@holdfast/base/session'
import type { CoreContext } from '../core/context.ts'
import type { OpenedSession, UntrustedSessionOpening } from '../core/core-interface.ts'
import { peerTimeoutMs } from '../limits.ts'
import { sessionExpiry } from './session-table.ts'

const newId = (context: CoreContext): SessionId => SessionId.of(context.entropy.bytes(16))

const openHere = (
  context: CoreContext,
  untrusted: UntrustedSessionOpening,
  relayedBy: NodeName | undefined,
): Result<OpenedSession> => {
  const { prologue } = untrusted
  const meant = context.identities.find(({ document }) =>
    equalBytes(sessionPrologue(context.crypto.sha256(document)), prologue),
  )
  if (meant === undefined) {
    return refuse('identity_expired', 'the session is meant for an identity that has ended')
  }
  const { sealing, notAfterMs } = meant
  const answered = sealing.use((staticPrivateKey) =>
    answerNoise({
      primitives: context.crypto,
      prologue,
      staticPrivateKey,
      ephemeralPrivateKey: context.entropy.bytes(32),
      untrustedMessage: untrusted.message,
    }),
  )
  if (!answered.ok) return answered
  const id = newId(context)
  const added = context.sessions.add({
    kind: 'here',
    id,
    channel: answered.value.channel,
    expiresAtMs: Math.min(sessionExpiry(context.clock), notAfterMs),
    ...(relayedBy === undefined ? {} : { relayedBy }),
  })
  if (!added) return refuse('limit_reached', 'this node keeps as many sessions as it may')
  return accept({ session: id, message: answered.value.message })
}

const openThere = async (
  context: CoreContext,
  untrusted: UntrustedSessionOpening,
): Promise<Result<OpenedSession>> => {
  const peer = context.peers.byBoot(untrusted.boot)
  if (peer === undefined) return refuse('unreachable', 'no link to this enclave', untrusted.boot)
  const opened = await context.peers.ask(
    peer,
    { type: 'session.open', ...untrusted },
    peerTimeoutMs,
  )
  if (!opened.ok) return opened
  const id = newId(context)
  const added = context.sessions.add({
    kind: 'relayed',
    id,
    boot: peer.boot,
    remote: opened.value.session,
    expiresAtMs: sessionExpiry(context.clock),
  })
  if (!added) return refuse('limit_reached', 'this node keeps as many sessions as it may')
  return accept({ session: id, message: opened.value.message })
}

/** Refusals: `unreachable`, `identity_expired`, `bad_seal`, `malformed`, `limit_reached`. */
export const openSession = async (
  context: CoreContext,
  untrusted: UntrustedSessionOpening,
  relayedBy?: NodeName,
): Promise<Result<OpenedSession>> => {
  if (untrusted.boot === context.self.boot) return openHere(context, untrusted, relayedBy)
  if (relayedBy !== undefined) return refuse('not_here', 'this enclave is another now')
  return openThere(context, untrusted)
}
