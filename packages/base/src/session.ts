/** What a sealed session says in its frames and binds into its transcript (docs/protocol.md). */
import { z } from 'zod'
import type { Authorisation, Envelope } from './authorisation.ts'
import { purposes } from './authorisation.ts'
import { type Bytes, concat, fromBase64Url, toBase64Url, utf8 } from './bytes.ts'
import { type CborValue, fromCbor, toCbor } from './cbor.ts'
import {
  type CborReader,
  cborHeadBytesMax,
  cborMajor,
  createCborReader,
  writeCborHead,
} from './cbor-head.ts'
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

const malformed = (): never => fail('malformed', 'not a frame of a sealed session')

/** Read by hand rather than by a schema: this runs for every signature. */
const readAuthorisation = (reader: CborReader): Authorisation => {
  if (reader.array() !== 3) return malformed()
  const credential = CredentialId(reader.text())
  const purpose = reader.text()
  const known = purposes.find((one) => one === purpose)
  if (known === undefined) return malformed()
  return { credential, purpose: known, signature: toBase64Url(reader.bytes()) }
}

export const parseSessionRequest = (untrusted: Bytes): SessionRequest => {
  const reader = createCborReader(untrusted)
  if (reader.array() !== 3) return malformed()
  const number = reader.uint()
  const request = reader.bytes()
  const count = reader.array()
  if (count > authorisationsMax) return malformed()
  const authorisations = Array.from({ length: count }, () => readAuthorisation(reader))
  reader.end()
  return { number, request, authorisations }
}

export const encodeSessionAnswer = ({ number, status, body }: SessionAnswer): Bytes => {
  const frame = new Uint8Array(1 + 3 * cborHeadBytesMax + body.length)
  let offset = writeCborHead(frame, 0, { major: cborMajor.array, value: 3 })
  offset = writeCborHead(frame, offset, { major: cborMajor.uint, value: number })
  offset = writeCborHead(frame, offset, { major: cborMajor.uint, value: status })
  offset = writeCborHead(frame, offset, { major: cborMajor.bytes, value: body.length })
  frame.set(body, offset)
  return frame.subarray(0, offset + body.length)
}

const answerShape = z.tuple([z.int().min(0), z.int().min(200).max(599), bytes])

export const parseSessionAnswer = (untrusted: Bytes): SessionAnswer => {
  const [number, status, body] = parseValue(answerShape, fromCbor(untrusted))
  return { number, status, body }
}
