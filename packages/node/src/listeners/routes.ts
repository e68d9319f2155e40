/** The routes of the client protocol (docs/protocol.md), one table for server and OpenAPI. */
import type { KmipAddresses, ZoneTrustAnswer } from '@holdfast/base/answers'
import { fromHex, toBase64Url } from '@holdfast/base/bytes'
import { parseCbor, toCbor } from '@holdfast/base/cbor'
import { accept, attempt, type Result, refuse } from '@holdfast/base/errors'
import { statementBytesMax } from '@holdfast/base/limits'
import { bootId, bytes, hex, parseValue, sessionId, walletId, zoneId } from '@holdfast/base/schema'
import type { Core, UntrustedSessionOpening } from '@holdfast/enclave/core/core-interface'
import { z } from 'zod'
import { sessionOpeningBytesMax } from '../limits.ts'
import { callerOf } from './caller.ts'
import type { Caller, FairTurns } from './fair-turns.ts'

export type RouteInput = {
  readonly core: Core
  readonly turns: Pick<FairTurns, 'run'>
  /** Of the address that asks. */
  readonly stranger: Caller
  /** The chain of signed manifests as JSON, genesis first. */
  readonly manifests: () => Uint8Array
  /** Where KMIP is served; nowhere where it is absent. */
  readonly kmip?: (() => KmipAddresses) | undefined
  readonly query: unknown
  readonly parameters: unknown
  /** The exact bytes; empty where there is no body. */
  readonly body: Uint8Array
}

/** Absent bytes: 204. */
export type RouteAnswer = Result<{ readonly type: string; readonly bytes?: Uint8Array }>

export type Route = {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** With `:name` for parameters. */
  readonly path: string
  readonly bodyType?: string
  readonly bodyBytesMax?: number
  /** Further headers of the answer. */
  readonly headers?: Readonly<Record<string, string>>
  answer(input: RouteInput): Promise<RouteAnswer>
}

const json = 'application/json'
const cbor = 'application/cbor'
const octets = 'application/octet-stream'

const typed = (type: string, bytesOf: Result<Uint8Array>): RouteAnswer =>
  bytesOf.ok ? accept({ type, bytes: bytesOf.value }) : bytesOf

export const evidenceQuery = z.strictObject({
  nonce: hex(32),
  zone: zoneId.exactOptional(),
  boot: bootId.exactOptional(),
  wallet: walletId.exactOptional(),
})

const opening = z.tuple([bootId, bytes, bytes])

/** What opens a session, over HTTP and as the first message of a WebSocket. */
export const parseSessionOpening = (untrusted: Uint8Array): Result<UntrustedSessionOpening> =>
  attempt(() => {
    const [boot, prologue, message] = parseCbor(opening, untrusted)
    return { boot, prologue, message }
  })

export const encodeSessionOpened = (opened: { session: string; message: Uint8Array }): Uint8Array =>
  toCbor([opened.session, opened.message])

const sessionOf = (parameters: unknown) =>
  attempt(() => parseValue(z.strictObject({ session: sessionId }), parameters).session)

export const routes: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/manifest',
    answer: async ({ manifests }) => accept({ type: json, bytes: manifests() }),
  },
  {
    method: 'GET',
    path: '/v1/evidence',
    answer: async ({ core, query, turns, stranger }) => {
      const parsed = attempt(() => parseValue(evidenceQuery, query))
      if (!parsed.ok) return parsed
      const { nonce, ...target } = parsed.value
      if (Object.keys(target).length > 1) {
        return refuse('invalid_field', 'a query names one of zone, boot and wallet')
      }
      return typed(json, await turns.run(stranger, () => core.evidence(target, fromHex(nonce))))
    },
  },
  {
    method: 'GET',
    path: '/v1/node',
    answer: async ({ core }) =>
      accept({ type: json, bytes: Buffer.from(JSON.stringify(core.status())) }),
  },
  {
    method: 'GET',
    path: '/v1/trust',
    answer: async ({ core, kmip }) => {
      const trust = core.zoneTrust()
      if (trust === undefined) return refuse('not_ready', 'this node has not started yet')
      const { zone, boot } = core.status().node
      const answer: ZoneTrustAnswer = {
        zone,
        boot,
        certificate: toBase64Url(trust.certificate),
        signature: toBase64Url(trust.signature),
        kmip: kmip?.() ?? {},
      }
      return accept({ type: json, bytes: Buffer.from(JSON.stringify(answer)) })
    },
  },
  {
    method: 'POST',
    path: '/v1/requests',
    bodyType: json,
    answer: async ({ core, body, turns, stranger }) =>
      typed(json, await turns.run(stranger, () => core.handle(body))),
  },
  {
    method: 'POST',
    path: '/v1/boots',
    bodyType: json,
    bodyBytesMax: 2 * statementBytesMax,
    answer: async ({ core, body, turns, stranger }) => {
      const taken = await turns.run(stranger, () => core.takeStatement(body))
      return taken.ok ? accept({ type: json, bytes: Buffer.from(JSON.stringify({})) }) : taken
    },
  },
  {
    method: 'POST',
    path: '/v1/homes',
    bodyType: json,
    bodyBytesMax: 2 * statementBytesMax,
    answer: async ({ core, body, turns, stranger }) => {
      const taken = await turns.run(stranger, () => core.takeHomes(body))
      if (!taken.ok) return taken
      return accept({ type: json, bytes: Buffer.from(JSON.stringify(taken.value)) })
    },
  },
  {
    method: 'POST',
    path: '/v1/sessions',
    bodyType: cbor,
    bodyBytesMax: sessionOpeningBytesMax,
    answer: async ({ core, body, turns, stranger }) => {
      const parsed = parseSessionOpening(body)
      if (!parsed.ok) return parsed
      const opened = await turns.run(stranger, () => core.openSession(parsed.value))
      return opened.ok ? typed(cbor, accept(encodeSessionOpened(opened.value))) : opened
    },
  },
  {
    method: 'POST',
    path: '/v1/sessions/:session',
    bodyType: octets,
    answer: async ({ core, parameters, body, turns, stranger }) => {
      const session = sessionOf(parameters)
      if (!session.ok) return session
      const caller = callerOf(core, session.value, stranger)
      return typed(octets, await turns.run(caller, () => core.sessionFrame(session.value, body)))
    },
  },
  {
    method: 'DELETE',
    path: '/v1/sessions/:session',
    answer: async ({ core, parameters }) => {
      const session = sessionOf(parameters)
      if (!session.ok) return session
      core.closeSession(session.value)
      return accept({ type: octets })
    },
  },
]
