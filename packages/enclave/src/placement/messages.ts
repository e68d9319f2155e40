/** What zones say to each other when wallets move. */
import { objectId, walletId } from '@holdfast/base/schema'
import { z } from 'zod'
import { inventoryPageWallets } from '../limits.ts'
import { removal } from './gone-table.ts'

const ids = z.array(walletId).max(inventoryPageWallets)

/** Erase this wallet: its placement does not name you any more. */
export const goneRequest = z.strictObject({ type: z.literal('gone.put'), removal })
/** That nothing of it is left here. */
export const goneAnswer = z.strictObject({})

/** I hold these, and you did not name them: may I still? */
export const goneCheckRequest = z.strictObject({ type: z.literal('gone.check'), wallets: ids })
export const goneCheckAnswer = z.strictObject({
  removals: z.array(removal).max(inventoryPageWallets),
})

/** Which of these versions of a wallet's objects do you lack? */
export const objectsLackRequest = z.strictObject({
  type: z.literal('objects.lack'),
  wallet: walletId,
  objects: z.array(z.tuple([objectId, z.int().min(1), z.int().min(1)])).max(inventoryPageWallets),
})
export const objectsLackAnswer = z.strictObject({
  objects: z.array(objectId).max(inventoryPageWallets),
})

export const placementRequests = [goneRequest, goneCheckRequest, objectsLackRequest] as const

export const placementAnswers = {
  'gone.put': goneAnswer,
  'gone.check': goneCheckAnswer,
  'objects.lack': objectsLackAnswer,
} as const
