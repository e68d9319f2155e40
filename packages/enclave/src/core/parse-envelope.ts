/** A request outside a session, as JSON: its exact bytes, and the proofs over them. */
import { type Authorisation, authorisation } from '@holdfast/base/authorisation'
import type { Bytes } from '@holdfast/base/bytes'
import { attempt, type Result } from '@holdfast/base/errors'
import { authorisationsMax } from '@holdfast/base/limits'
import { base64url, bytesOf, parseJson } from '@holdfast/base/schema'
import { z } from 'zod'

const envelope = z.strictObject({
  request: base64url,
  authorisations: z.array(authorisation).max(authorisationsMax),
})

/** Refusals: `malformed`, `invalid_field`. */
export const parseEnvelope = (
  untrusted: Bytes,
): Result<{ readonly request: Bytes; readonly authorisations: readonly Authorisation[] }> =>
  attempt(() => {
    const { request, authorisations } = parseJson(envelope, untrusted)
    return { request: bytesOf(request, 'base64url'), authorisations }
  })
