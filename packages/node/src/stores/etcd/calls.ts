/** Calls of a cluster: another member is asked where one fails; only reads are asked again. */
import { setTimeout as delay } from 'node:timers/promises'
import { type Client, type ClientDuplexStream, Metadata, status } from '@grpc/grpc-js'
import { type Answer, ask, decodeBy, encodeBy, type UnaryCall, type UnaryName } from './ask.ts'
import { createEndpoints } from './endpoints.ts'
import type { EtcdAddress } from './etcd-config.ts'
import { createGivenUp } from './given-up.ts'
import { readAttemptMs, readPauseMs } from './limits.ts'
import {
  methods,
  type RequestOf,
  type ResponseOf,
  type TxnRequest,
  type TxnResponse,
  type WatchRequest,
  type WatchResponse,
} from './messages.ts'
import { createTokens, type Tokens } from './tokens.ts'

export type OpenedWatch = {
  readonly call: ClientDuplexStream<WatchRequest, WatchResponse>
  /** Gives the member up, or the token where the watch was denied. */
  readonly failed: (how: 'refused' | 'hung' | 'denied') => void
}

export type Calls = {
  /** Of a transaction that writes nothing: asks again, other members too, until the deadline. */
  read(request: TxnRequest, deadlineMs: number): Promise<Answer<TxnResponse>>
  /** Sent once. A failure says nothing about whether it was applied. */
  write(request: TxnRequest, deadlineMs: number): Promise<Answer<TxnResponse>>
  /** A stream to the member that is asked now. Its silence is bounded by who reads it. */
  watch(): Promise<Answer<OpenedWatch>>
  /** Ends the connections once their calls have ended; takes no more. */
  close(): void
}

/** What another try or another member may answer better. */
const passing: ReadonlySet<status> = new Set([
  status.UNAVAILABLE,
  status.DEADLINE_EXCEEDED,
  status.UNAUTHENTICATED,
  status.INTERNAL,
  status.UNKNOWN,
])
/** Where no member could be asked: nothing was sent. */
const notSent = (closed: boolean) =>
  ({ ok: false, status: closed ? status.CANCELLED : status.UNAVAILABLE }) as const

type Send = <Name extends UnaryName>(
  name: Name,
  call: UnaryCall<Name>,
) => Promise<Answer<ResponseOf<Name>>>

/** Sends with a token; where that has expired, once more with a new one. */
const createAuthorisedSend =
  (send: Send, tokens: Tokens) =>
  async <Name extends UnaryName>(
    name: Name,
    request: RequestOf<Name>,
    deadlineMs: number,
  ): Promise<Answer<ResponseOf<Name>>> => {
    const until = performance.now() + deadlineMs
    for (let attempt = 1; ; attempt += 1) {
      const left = Math.max(1, until - performance.now())
      const token = await tokens.authorise(left)
      if (!token.ok) return token
      const { metadata, expired } = token.value
      const answer = await send(name, { request, metadata, deadlineMs: left })
      // etcd looks at the token before it looks at the request: what it answers so was not
      // applied, and sending it again under a new token is no blind repetition.
      const denied = !answer.ok && answer.status === status.UNAUTHENTICATED
      if (denied) expired()
      if (!denied || attempt === 2) return answer
    }
  }

export const createCalls = (address: EtcdAddress): Calls => {
  const endpoints = createEndpoints(address)
  const givenUp = createGivenUp<Client>()
  let closed = false

  const giveUp: typeof endpoints.failed = (client, how) => {
    endpoints.failed(client, how)
    if (how === 'hung') givenUp.gaveUp(client)
  }

  const send: Send = async (name, call) => {
    const until = performance.now() + call.deadlineMs
    // What cannot be sent is not sent: a commit is unknown only once it may have arrived.
    const client = await endpoints.connected(call.deadlineMs)
    if (client === undefined) return notSent(closed)
    const deadlineMs = Math.max(1, until - performance.now())
    let isEnded = false
    const onSent = (end: () => void) =>
      givenUp.sent(client, () => {
        isEnded = true
        end()
      })
    const answer = await ask(client, name, { ...call, deadlineMs, onSent })
    // That it was ended early says no more than that it had no answer.
    if (isEnded && !answer.ok) return { ok: false, status: status.DEADLINE_EXCEEDED }
    if (answer.ok) givenUp.answered(client)
    else if (answer.status === status.DEADLINE_EXCEEDED) giveUp(client, 'hung')
    else if (passing.has(answer.status)) giveUp(client, 'refused')
    return answer
  }
  const tokens = createTokens(address.user, (request, deadlineMs) =>
    send('authenticate', { request, metadata: new Metadata(), deadlineMs }),
  )

  const sendAuthorised = createAuthorisedSend(send, tokens)

  return {
    read: async (request, deadlineMs) => {
      const until = performance.now() + deadlineMs
      for (;;) {
        const left = until - performance.now()
        const answer = await sendAuthorised('txn', request, Math.min(readAttemptMs, left))
        if (answer.ok || !passing.has(answer.status)) return answer
        if (performance.now() + readPauseMs >= until) return answer
        await delay(readPauseMs)
      }
    },
    write: (request, deadlineMs) => sendAuthorised('txn', request, deadlineMs),
    watch: async () => {
      const token = await tokens.authorise(readAttemptMs)
      if (!token.ok) return token
      const client = await endpoints.connected(readAttemptMs)
      if (client === undefined) return notSent(closed)
      const { metadata, expired } = token.value
      // A member that has lost its leader then ends the stream instead of staying silent.
      metadata.set('hasleader', 'true')
      const call = client.makeBidiStreamRequest(
        methods.watch.path,
        encodeBy('watch'),
        decodeBy('watch'),
        metadata,
      )
      // One that is cancelled before it is read has an error that nobody else hears.
      call.on('error', () => undefined)
      const failed: OpenedWatch['failed'] = (how) =>
        how === 'denied' ? expired() : giveUp(client, how)
      return { ok: true, value: { call, failed } }
    },
    close: () => {
      closed = true
      endpoints.close()
    },
  }
}
