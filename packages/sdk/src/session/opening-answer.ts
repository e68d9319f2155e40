/** The node's answer to the opening of a session: its name, and the second Noise message. */
import { sessionId } from '@holdfast/base/schema'
import { z } from 'zod'

export const openingAnswer = z.tuple([sessionId, z.instanceof(Uint8Array)])
