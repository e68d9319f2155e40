/** What nodes ask each other for KMIP clients whose wallet is elsewhere. */
import { kmipAddresses } from '@holdfast/base/answers'
import { bytes, credentialId, walletId } from '@holdfast/base/schema'
import { z } from 'zod'

/** Which wallet lists this certificate's key? */
export const kmipCallerRequest = z.strictObject({
  type: z.literal('kmip.caller'),
  credential: credentialId,
})

/** The lowest level of the wallet's placement, and where this node serves KMIP. */
export const kmipCallerAnswer = z.strictObject({
  holder: z
    .strictObject({
      tenant: walletId,
      lowestLevel: z.int().min(1),
      addresses: kmipAddresses,
    })
    .nullable(),
})

/** A message of a client that the asking node has authenticated; never passed on again. */
export const kmipMessageRequest = z.strictObject({
  type: z.literal('kmip.message'),
  tenant: walletId,
  credential: credentialId,
  form: z.enum(['ttlv', 'xml', 'json']),
  message: bytes,
})

export const kmipMessageAnswer = z.strictObject({ answer: bytes })
