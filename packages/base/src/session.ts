/** What a sealed session says in its frames and binds into its transcript (docs/protocol.md). */
import { z } from 'zod'
import type { Authorisation, Envelope } from './authorisation.ts'
import { purposes } from './authorisation.ts'
import { type Bytes, concat, fromBase64Url, toBase64Url, utf8 } from './bytes.ts'
import { type CborValue, fromCbor, toCbor } from './cbor.ts'
import { fail } from './errors.ts'
import { CredentialId } from './ids.ts'
import { authorisationsMax } from './limits.ts'
import { bytes, parseValue } from './schema.ts'

/** The Noise prologue: through it the transcript covers the enclave's identity document. */
export const sessionPrologue = (identityDocumentHash: Bytes): Bytes =>
  concat(utf8('holdfast session v1\0'), identityDocumentHash)

export type SessionRequest = Envelope & { readonly number: number }

export type SessionAnswer = {
  readonly number: number
  /** As HTTP's; from 400 the body is a problem. */
  readonly status: number
  readonly body: Bytes
}

export const encodeSessionRequest = (request: SessionRequest): Bytes =>
  toCbor([
    request.number,
    request.request,
    request.authorisations.map(
      (one): CborValue => [one.credential, one.purpose, fromBase64Url(one.signature)],
    ),
  ])

const isNumber = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) < 2 ** 32

const malformed = (): never => fail('malformed', 'not a frame of a sealed session')

/** Written out rather than by a schema: this runs for every signature. */
const parseAuthorisation = (untrusted: unknown): Authorisation => {
  if (!Array.isArray(untrusted) || untrusted.length !== 3) return malformed()
  const [credential, purpose, signature] = untrusted as unknown[]
  if (typeof credential !== 'string' || !(signature instanceof Uint8Array)) return malformed()
  const known = purposes.find((one) => one === purpose)
  if (known === undefined) return malformed()
  return {
    credential: CredentialId(credential),
    purpose: known,
    signature: toBase64Url(signature),
  }
}

export const parseSessionRequest = (untrusted: Bytes): SessionRequest => {
  const value = fromCbor(untrusted)
  if (!Array.isArray(value) || value.length !== 3) return malformed()
  const [number, request, authorisations] = value as unknown[]
  if (!isNumber(number) || !(request instanceof Uint8Array)) return malformed()
  if (!Array.isArray(authorisations) || authorisations.length > authorisationsMax) {
    return malformed()
  }
  return { number, request, authorisations: authorisations.map(parseAuthorisation) }
}

export const encodeSessionAnswer = (answer: SessionAnswer): Bytes =>
  toCbor([answer.number, answer.status, answer.body])

const answerShape = z.tuple([z.int().min(0), z.int().min(200).max(599), bytes])

export const parseSessionAnswer = (untrusted: Bytes): SessionAnswer => {
  const [number, status, body] = parseValue(answerShape, fromCbor(untrusted))
  return { number, status, body }
}
