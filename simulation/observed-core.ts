/** A core whose inputs and outputs the simulation sees; what it is given it passes on unchanged. */

import type { SignAnswer } from '@holdfast/base/answers'
import { type Bytes, fromUtf8, toBase64Url } from '@holdfast/base/bytes'
import { attempt, type Result } from '@holdfast/base/errors'
import { parseRequest, type Request } from '@holdfast/base/requests/request'
import { parseValue } from '@holdfast/base/schema'
import type { Core } from '@holdfast/enclave/core/core-interface'
import { parsePeerAnswer, parsePeerRequest } from '@holdfast/enclave/replication/peers/messages'
import { z } from 'zod'

export type CoreObserver = {
  /** A request was carried to this core. */
  readonly received: (request: Bytes) => void
  /** This very core made a signature, at this moment. */
  readonly signed: (answer: SignAnswer) => void
}

const envelope = z.object({ request: z.string() })

const operationOf = (request: Bytes): Request['operation'] | undefined => {
  const parsed = attempt(() => parseRequest(request))
  return parsed.ok ? parsed.value.operation : undefined
}

const noteSignature = (observer: CoreObserver, self: string, body: Bytes): void => {
  const answer = JSON.parse(fromUtf8(body)) as Partial<SignAnswer>
  if (answer.receipt?.node.boot === self) observer.signed(answer as SignAnswer)
}

const forwarded = async (
  observer: CoreObserver,
  self: string,
  ask: () => Promise<Bytes>,
  request: Bytes,
): Promise<Bytes> => {
  observer.received(request)
  const operation = operationOf(request)
  const answer = await ask()
  const parsed = parsePeerAnswer('forward', answer)
  if (operation === 'sign' && parsed.ok) noteSignature(observer, self, parsed.value.body)
  return answer
}

export const observeCore = (core: Core, self: string, observer: CoreObserver): Core => {
  const handle = async (untrusted: Bytes): Promise<Result<Bytes>> => {
    const parsed = attempt(() => parseValue(envelope, JSON.parse(fromUtf8(untrusted))))
    const request = parsed.ok ? Buffer.from(parsed.value.request, 'base64url') : new Uint8Array()
    observer.received(request)
    const operation = operationOf(request)
    const answer = await core.handle(untrusted)
    if (operation === 'sign' && answer.ok) noteSignature(observer, self, answer.value)
    return answer
  }
  const peerMessage: Core['peerMessage'] = async (peer, untrusted) => {
    const parsed = attempt(() => parsePeerRequest(untrusted))
    const ask = (): Promise<Bytes> => core.peerMessage(peer, untrusted)
    if (!parsed.ok) return ask()
    if (parsed.value.type === 'forward') {
      return forwarded(observer, self, ask, Uint8Array.from(parsed.value.request))
    }
    return ask()
  }
  const observed: Partial<Core> = { handle, peerMessage }
  return new Proxy(core, {
    get: (target, name): unknown => {
      const own: unknown = Reflect.get(observed, name) ?? Reflect.get(target, name)
      return typeof own === 'function' ? own.bind(target) : own
    },
  })
}

/** The name of request bytes in the ledger. */
export const requestName = (request: Bytes): string => toBase64Url(request)
