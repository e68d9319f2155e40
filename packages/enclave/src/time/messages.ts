/** How a zone is asked for its clock. */
import { z } from 'zod'

/** What does your host's clock say? Asked every two seconds over a link that is up. */
export const timeRequest = z.strictObject({ type: z.literal('time') })

export const timeAnswer = z.strictObject({ nowMs: z.int().min(0) })
