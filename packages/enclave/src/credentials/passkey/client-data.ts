/** What the browser says that it asked the authenticator for (WebAuthn Level 3 §5.8.1). */
import type { Bytes } from '@holdfast/base/bytes'
import { parseStrictJson } from '@holdfast/base/json'
import { parseValue } from '@holdfast/base/schema'
import { z } from 'zod'

/** Browsers may add members (§5.8.1.1), so that unknown ones are passed over. */
const clientData = z.object({
  type: z.string(),
  challenge: z.string(),
  origin: z.string(),
  crossOrigin: z.boolean().exactOptional(),
  topOrigin: z.string().exactOptional(),
})
export type ClientData = z.infer<typeof clientData>

/** Client data are flat, but for members that a browser adds. */
const depthMax = 8

/** Strict JSON without repeated keys. Fails with `malformed` or `invalid_field`. */
export const parseClientData = (untrusted: Bytes): ClientData =>
  parseValue(clientData, parseStrictJson(untrusted, depthMax))
