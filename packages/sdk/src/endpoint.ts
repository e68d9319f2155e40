/** One node as its address serves it (docs/protocol.md). Nothing that it says is trusted here. */
import {
  type NodeStatus,
  nodeStatus,
  type ZoneTrustAnswer,
  zoneTrustAnswer,
} from '@holdfast/base/answers'
import type { Envelope } from '@holdfast/base/authorisation'
import { type Bytes, toBase64Url, toHex, utf8 } from '@holdfast/base/bytes'
import { fail, RefusalError, type Result } from '@holdfast/base/errors'
import { type HomeReport, homeReport } from '@holdfast/base/home-statement'
import type { BootId, WalletId, ZoneId } from '@holdfast/base/ids'
import { parseJson } from '@holdfast/base/schema'
import { homesTimeoutMs } from './limits.ts'
import { refusalFrom } from './problem.ts'
import type { HttpAnswer, HttpRequest, Transport } from './transport.ts'

export type EvidenceTarget = {
  readonly zone?: ZoneId
  readonly boot?: BootId
  readonly wallet?: WalletId
}

export type Endpoint = {
  /** Scheme, host and port, without a trailing slash. */
  readonly origin: string
  readonly transport: Transport
  /** Body of `GET /v1/manifest`. */
  untrustedManifests(): Promise<Bytes>
  /** Body of `GET /v1/evidence` for a nonce of 32 bytes. */
  untrustedEvidence(nonce: Bytes, target: EvidenceTarget): Promise<Bytes>
  status(): Promise<NodeStatus>
  /** Whether it answers anything at all within the time. */
  answers(timeoutMs: number): Promise<boolean>
  /** `GET /v1/trust`: worth nothing before its evidence and signature are verified. */
  untrustedZoneTrust(): Promise<ZoneTrustAnswer>
  /** `POST /v1/boots`: governors' statement, which proves itself. */
  boots(signed: Bytes): Promise<void>
  /** `POST /v1/homes`: governors' statement, which proves itself. */
  homes(signed: Bytes): Promise<HomeReport>
  /** `POST /v1/requests`: the answer's JSON, or the refusal. */
  request(envelope: Envelope, timeoutMs: number): Promise<Result<Bytes>>
}

/** The JSON of a request outside a session. */
export const envelopeJson = (envelope: Envelope): Bytes =>
  utf8(
    JSON.stringify({
      request: toBase64Url(envelope.request),
      authorisations: envelope.authorisations,
    }),
  )

/** An origin of http or https; paths, queries and user names are refused. */
export const parseOrigin = (text: string): string => {
  if (!URL.canParse(text)) fail('invalid_field', 'the address of a node is a URL', 'nodes')
  const url = new URL(text)
  const plain = url.pathname === '/' && url.search === '' && url.hash === '' && url.username === ''
  if (!plain || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    fail('invalid_field', 'the address of a node is http(s)://host:port', 'nodes')
  }
  return url.origin
}

export const endpoint = (transport: Transport, address: string, timeoutMs: number): Endpoint => {
  const origin = parseOrigin(address)
  const ask = async (request: Omit<HttpRequest, 'timeoutMs' | 'url'>, path: string, ms: number) => {
    const answer: HttpAnswer = await transport.http({
      ...request,
      url: `${origin}${path}`,
      timeoutMs: ms,
    })
    return answer
  }
  const get = async (path: string): Promise<Bytes> => {
    const { status, body } = await ask({ method: 'GET', anyKey: true }, path, timeoutMs)
    if (status !== 200) throw new RefusalError(refusalFrom(status, body))
    return body
  }
  return {
    origin,
    transport,
    untrustedManifests: () => get('/v1/manifest'),
    untrustedEvidence: (nonce, target) => {
      const [kind, name] = Object.entries(target)[0] ?? []
      const query = kind === undefined ? '' : `&${kind}=${name}`
      return get(`/v1/evidence?nonce=${toHex(nonce)}${query}`)
    },
    status: async () => parseJson(nodeStatus, await get('/v1/node')),
    answers: (ms) =>
      ask({ method: 'GET', anyKey: true }, '/v1/node', ms).then(
        () => true,
        () => false,
      ),
    untrustedZoneTrust: async () => parseJson(zoneTrustAnswer, await get('/v1/trust')),
    boots: async (signed) => {
      const sent = { method: 'POST', contentType: 'application/json', body: signed } as const
      const { status, body } = await ask({ ...sent, anyKey: true }, '/v1/boots', timeoutMs)
      if (status !== 200) throw new RefusalError(refusalFrom(status, body))
    },
    homes: async (signed) => {
      const sent = { method: 'POST', contentType: 'application/json', body: signed } as const
      const { status, body } = await ask({ ...sent, anyKey: true }, '/v1/homes', homesTimeoutMs)
      if (status !== 200) throw new RefusalError(refusalFrom(status, body))
      return parseJson(homeReport, body)
    },
    request: async (envelope, ms) => {
      const { status, body } = await ask(
        { method: 'POST', contentType: 'application/json', body: envelopeJson(envelope) },
        '/v1/requests',
        ms,
      )
      if (status === 200) return { ok: true, value: body }
      return { ok: false, refusal: refusalFrom(status, body) }
    },
  }
}
