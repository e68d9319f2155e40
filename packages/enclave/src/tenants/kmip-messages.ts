/** What nodes ask each other for KMIP clients whose wallet is elsewhere. */
import { kmipAddresses } from '@holdfast/base/answers'
import { bytes, credentialId, hex, walletId } from '@holdfast/base/schema'
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

/** For the home: a signature that may wait for persons, by a client that the asker knows. */
export const kmipWaitRequest = z.strictObject({
  type: z.literal('kmip.wait'),
  tenant: walletId,
  credential: credentialId,
  ask: z.discriminatedUnion('action', [
    z.strictObject({ action: z.literal('sign'), request: bytes }),
    z.strictObject({ action: z.enum(['poll', 'cancel']), hash: hex(32) }),
  ]),
})

export const kmipWaitAnswer = z.strictObject({ request: bytes, body: bytes })
