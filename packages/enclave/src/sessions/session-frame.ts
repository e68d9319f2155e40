/** Carries one frame of a sealed session: opened and answered here, or passed on unread. */
import { type Bytes, utf8 } from '@holdfast/base/bytes'
import { accept, attempt, errorTable, type Result, refuse, toProblem } from '@holdfast/base/errors'
import type { SessionId } from '@holdfast/base/ids'
import {
  encodeSessionAnswer,
  parseSessionRequest,
  type SessionRequest,
} from '@holdfast/base/session'
import type { CoreContext } from '../core/context.ts'
import { requestTimeoutMs } from '../limits.ts'
import { dispatch } from '../routing/dispatch.ts'
import type { Relayed, Session } from './session-table.ts'

const okStatus = 200

const answerHere = async (
  context: CoreContext,
  session: Session,
  request: SessionRequest,
): Promise<Bytes> => {
  const result = await dispatch(context, {
    request: request.request,
    authorisations: request.authorisations,
    session,
    deadlineMs: context.clock.nowMs() + requestTimeoutMs,
    ...(session.relayedBy === undefined ? {} : { relayedBy: session.relayedBy }),
  })
  const { number } = request
  return encodeSessionAnswer(
    result.ok
      ? { number, status: okStatus, body: result.value }
      : {
          number,
          status: errorTable[result.refusal.code].status,
          body: utf8(JSON.stringify(toProblem(result.refusal))),
        },
  )
}

const frameHere = async (
  context: CoreContext,
  session: Session,
  untrustedFrame: Bytes,
): Promise<Result<Bytes>> => {
  // Opened before the first await: the counter of a frame is the order of its arrival.
  const opened = session.channel.receive.open(untrustedFrame)
  if (!opened.ok) return opened
  const request = attempt(() => parseSessionRequest(opened.value))
  if (!request.ok) return request
  return session.channel.send.seal(await answerHere(context, session, request.value))
}

const frameThere = async (
  context: CoreContext,
  relayed: Relayed,
  frame: Bytes,
): Promise<Result<Bytes>> => {
  const peer = context.peers.byBoot(relayed.boot)
  if (peer === undefined) {
    context.sessions.remove(relayed.id)
    return refuse('unreachable', 'the enclave of this session cannot be reached')
  }
  const answer = await context.peers.ask(
    peer,
    { type: 'session.frame', session: relayed.remote, frame },
    requestTimeoutMs,
  )
  if (answer.ok) return accept(answer.value.frame)
  context.sessions.remove(relayed.id)
  return answer
}

/** Refusals: `unknown_session`, `bad_seal`, `malformed`, `unreachable`; all else is in a frame. */
export const sessionFrame = (
  context: CoreContext,
  id: SessionId,
  untrustedFrame: Bytes,
): Promise<Result<Bytes>> => {
  const session = context.sessions.get(id)
  if (session === undefined) {
    return Promise.resolve(refuse('unknown_session', 'there is no such session at this node'))
  }
  return session.kind === 'here'
    ? frameHere(context, session, untrustedFrame)
    : frameThere(context, session, untrustedFrame)
}
