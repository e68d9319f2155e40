/**
 * What this node asks of a KMIP client on the client's connection: Put and Notify. A client says in
 * the TLS handshake, by the name of a protocol (ALPN, RFC 7301), that it takes them; KMIP leaves
 * open how a server learns of it ("via unspecified configuration", KMIP 1.4 §5). Answers come in
 * the order of the requests.
 */
import type { Bytes } from '@holdfast/base/bytes'
import type { PushTarget } from '@holdfast/enclave/kmip/pushes/push-hub'
import { decodeTtlv, readResponse } from '@holdfast/kmip'
import type { KmipClosed } from './kmip-clients.ts'

type Takes = PushTarget['takes']

const takesByProtocol: Readonly<Record<string, Takes>> = {
  'kmip+put': { put: true, notify: false },
  'kmip+notify': { put: false, notify: true },
  'kmip+put+notify': { put: true, notify: true },
}

/** What a client of this protocol takes; undefined where it is asked nothing. */
export const takesOf = (protocol: string | false | null): Takes | undefined =>
  typeof protocol === 'string' && Object.hasOwn(takesByProtocol, protocol)
    ? takesByProtocol[protocol]
    : undefined

/** The protocol to speak: one that says what the client takes, else whatever it offers first. */
export const chooseProtocol = (offered: readonly string[]): string | undefined =>
  offered.find((one) => takesOf(one) !== undefined) ?? offered[0]

type Options = {
  readonly takes: Takes
  readonly unansweredMax: number
  readonly answerTimeoutMs: number
  readonly isOpen: () => boolean
  /** There is something to write. */
  readonly wake: () => void
  readonly close: (reason: KmipClosed) => void
}

type Waiting = { readonly settle: (taken: boolean) => void; readonly timer: NodeJS.Timeout }

const isSuccess = (untrusted: Bytes): boolean | undefined => {
  const tree = decodeTtlv(untrusted)
  const response = tree.ok ? readResponse(tree.value) : tree
  if (!response.ok) return undefined
  return response.value.items.every(({ status }) => status === 'Success')
}

export class KmipPushes implements PushTarget {
  readonly takes: Takes
  readonly #options: Options
  readonly #waiting: Waiting[] = []
  #outgoing: Bytes[] = []

  constructor(options: Options) {
    this.takes = options.takes
    this.#options = options
  }

  isOpen(): boolean {
    return this.#options.isOpen()
  }

  send(message: Bytes): Promise<boolean> {
    const { unansweredMax, answerTimeoutMs, close, wake } = this.#options
    if (!this.isOpen()) return Promise.resolve(false)
    if (this.#waiting.length >= unansweredMax) {
      close('unanswered')
      return Promise.resolve(false)
    }
    return new Promise((settle) => {
      const timer = setTimeout(() => close('unanswered'), answerTimeoutMs)
      this.#waiting.push({ settle, timer })
      this.#outgoing.push(message)
      wake()
    })
  }

  get isWaiting(): boolean {
    return this.#outgoing.length > 0
  }

  /** What is to be written now. */
  take(): readonly Bytes[] {
    const outgoing = this.#outgoing
    this.#outgoing = []
    return outgoing
  }

  /** A response of the client; false where it is none to anything asked. */
  answered(untrusted: Bytes): boolean {
    const waiting = this.#waiting.shift()
    const taken = waiting === undefined ? undefined : isSuccess(untrusted)
    clearTimeout(waiting?.timer)
    waiting?.settle(taken === true)
    return taken !== undefined
  }

  /** The connection has ended. */
  end(): void {
    for (const { settle, timer } of this.#waiting.splice(0)) {
      clearTimeout(timer)
      settle(false)
    }
    this.#outgoing = []
  }
}
