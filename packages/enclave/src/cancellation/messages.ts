/** What zones say to each other of creations that were cancelled. */
import { walletId } from '@holdfast/base/schema'
import { z } from 'zod'
import { inventoryPageWallets } from '../limits.ts'
import { cancellation } from './cancelled-table.ts'

/** Remember that the creation of this wallet was cancelled. */
const putRequest = z.strictObject({ type: z.literal('cancelled.put'), cancellation })
/** That it is stored. */
const putAnswer = z.strictObject({})

/** Which do you know of that I was told as well, behind this wallet? */
const listRequest = z.strictObject({
  type: z.literal('cancelled.list'),
  after: walletId.exactOptional(),
})
const listAnswer = z.strictObject({
  cancelled: z.array(cancellation).max(inventoryPageWallets),
  next: walletId.exactOptional(),
})

export const cancelledRequests = [putRequest, listRequest] as const

export const cancelledAnswers = {
  'cancelled.put': putAnswer,
  'cancelled.list': listAnswer,
} as const
