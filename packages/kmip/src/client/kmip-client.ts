/** A client of a KMIP server over one connection. */
import type { DecodeLimits } from '../decoding.ts'
import { answerBytesMax } from '../limits.ts'
import type { RequestHeader } from '../messages/header.ts'
import { type RequestItem, writeRequest } from '../messages/request.ts'
import { type Response, readResponse } from '../messages/response.ts'
import type { RequestPayload, ResponsePayload } from '../operations/list.ts'
import type { OperationName } from '../operations/operation.ts'
import type { Credential } from '../structures/credential.ts'
import { protocolVersionOf } from '../structures/protocol-version.ts'
import { decodeTtlv } from '../ttlv/decode.ts'
import { encodeTtlv } from '../ttlv/encode.ts'
import { type Version, versionOf, versions } from '../version.ts'
import { answerServer, type ServeOptions } from './answer-server.ts'
import { matchOutcomes, type Outcome, type Outcomes, payloadOf, withIds } from './batch.ts'
import { KmipError } from './kmip-error.ts'
import { type AnswerServer, Pipeline, type PipelineOptions } from './pipeline.ts'
import type { ByteStream } from './ports.ts'

export type ClientOptions = PipelineOptions & {
  /** The version to speak; `negotiate` may change it. */
  readonly version?: Version
  /** Goes with every request, where the certificate of the connection does not say enough. */
  readonly credentials?: readonly Credential[]
  /** Answers what the server asks (Put, Notify); without it a server that asks is malformed. */
  readonly serve?: ServeOptions
}

/** What the header of a batch may say besides. */
export type BatchOptions = Pick<
  RequestHeader,
  | 'asynchronousIndicator'
  | 'batchErrorContinuationOption'
  | 'clientCorrelationValue'
  | 'maximumResponseSize'
>

/**
 * Calls operations of a server. Requests may be in flight at once; their answers come in order.
 *
 *     using client = new KmipClient(stream, { timer, timeoutMs: 10_000 })
 *     await client.negotiate()
 *     const { uniqueIdentifier } = await client.call('Create', {
 *       objectType: 'SymmetricKey',
 *       attributes: [attribute('CryptographicAlgorithm', 'AES')],
 *     })
 */
export class KmipClient implements Disposable {
  readonly #pipeline: Pipeline
  readonly #options: ClientOptions
  #version: Version

  constructor(stream: ByteStream, options: ClientOptions) {
    const { serve } = options
    const answer: AnswerServer | undefined = serve && ((untrusted) => this.#serve(untrusted, serve))
    this.#pipeline = new Pipeline(stream, options, answer)
    this.#options = options
    this.#version = options.version ?? '2.1'
  }

  get version(): Version {
    return this.#version
  }

  /**
   * Agrees on the newest version that both sides speak, and speaks it from now on. A server
   * that knows no Discover Versions speaks 1.0 (KMIP 1.1 §4.26).
   */
  async negotiate(wanted: readonly Version[] = versions.toReversed()): Promise<Version> {
    for (const version of ['2.1', '1.1'] as const) {
      const protocolVersions = wanted.map(protocolVersionOf)
      const request = { operation: 'DiscoverVersions', payload: { protocolVersions } } as const
      const [outcome] = await this.#exchange(version, [request], {})
      if (outcome.status !== 'Success') continue
      const offered = (outcome.payload.protocolVersions ?? []).map(
        ({ protocolVersionMajor, protocolVersionMinor }) =>
          versionOf(protocolVersionMajor, protocolVersionMinor),
      )
      const agreed = wanted.find((one) => offered.includes(one))
      if (agreed === undefined) throw new KmipError('failed', 'no version in common')
      this.#version = agreed
      return agreed
    }
    if (!wanted.includes('1.0')) throw new KmipError('failed', 'no version in common')
    this.#version = '1.0'
    return this.#version
  }

  /** One operation; resolves with its payload, rejects with a `KmipError`. */
  async call<Name extends OperationName>(
    operation: Name,
    payload: RequestPayload<Name>,
    options: BatchOptions = {},
  ): Promise<ResponsePayload<Name>> {
    const request = { operation, payload } as unknown as RequestItem
    const [outcome] = await this.#exchange(this.#version, [request], options)
    return payloadOf(operation, outcome as Outcome<Name>)
  }

  /** Several operations in one message, done in order; resolves with what became of each. */
  batch<const Items extends readonly RequestItem[]>(
    items: Items,
    options: BatchOptions = {},
  ): Promise<Outcomes<Items>> {
    return this.#exchange(this.#version, items, options)
  }

  /** Closes the connection; calls in flight reject with `closed`. */
  [Symbol.dispose](): void {
    this.#pipeline[Symbol.dispose]()
  }

  async #exchange<const Items extends readonly RequestItem[]>(
    version: Version,
    items: Items,
    options: BatchOptions,
  ): Promise<Outcomes<Items>> {
    const requests = withIds(items)
    const { credentials } = this.#options
    const header: RequestHeader = {
      ...options,
      ...(credentials === undefined ? {} : { authentication: { credentials } }),
      ...(requests.length > 1 ? { batchOrderOption: true } : {}),
    }
    const request = writeRequest({ version, header, items: requests })
    if (!request.ok) throw new KmipError('invalid', request.refusal.detail)
    const response = this.#read(await this.#pipeline.send(encodeTtlv(request.value)))
    try {
      return matchOutcomes(requests, response.items) as Outcomes<Items>
    } catch (error) {
      if (error instanceof KmipError) this.#pipeline.fail(error)
      throw error
    }
  }

  #limits(): DecodeLimits {
    return { messageBytesMax: this.#options.messageBytesMax ?? answerBytesMax }
  }

  #serve(untrusted: Uint8Array, serve: ServeOptions): Promise<Uint8Array> {
    return answerServer(untrusted, serve, { version: this.#version, ...this.#limits() })
  }

  #read(untrusted: Uint8Array): Response {
    const tree = decodeTtlv(untrusted, this.#limits())
    const response = tree.ok ? readResponse(tree.value) : tree
    if (response.ok) return response.value
    const error = new KmipError('malformed', response.refusal.detail)
    this.#pipeline.fail(error)
    throw error
  }
}
