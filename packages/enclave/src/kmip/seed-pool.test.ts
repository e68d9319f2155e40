import { expect, it } from 'vitest'
import type { Entropy } from '../ports/entropy.ts'
import { startKmip } from './testing/start-kmip.ts'

/** A generator that has failed: it gives the same bytes for ever. */
const stuck: Entropy = {
  bytes: (length) => new Uint8Array(length).fill(7),
  fill: (buffer) => buffer.fill(7),
}
const seed = new Uint8Array(32).fill(1)

it('mixes a seed into the randomness of the tenant that gave it, and of no other', async () => {
  const { done } = startKmip({ entropy: stuck })
  const retrieve = async (caller: number) =>
    (await done('RNGRetrieve', { dataLength: 64 }, { caller })).data
  const before = await retrieve(1)
  expect(await done('RNGSeed', { data: seed })).toEqual({ dataLength: 32 })
  const after = await retrieve(1)
  expect(after).not.toEqual(before)
  expect(await retrieve(1)).not.toEqual(after)
  expect(await retrieve(2)).toEqual(before)
})

it('uses as much of a seed as the operator allows, and says how much that was', async () => {
  const part = startKmip({ entropy: stuck, facts: { seedBytesMax: 16 } })
  expect(await part.done('RNGSeed', { data: seed })).toEqual({ dataLength: 16 })
  const none = startKmip({ entropy: stuck, facts: { seedBytesMax: 0 } })
  const before = await none.done('RNGRetrieve', { dataLength: 32 })
  expect(await none.done('RNGSeed', { data: seed })).toEqual({ dataLength: 0 })
  expect(await none.done('RNGRetrieve', { dataLength: 32 })).toEqual(before)
  const denied = startKmip({ facts: { seedBytesMax: 'denied' } })
  expect(await denied.failed('RNGSeed', { data: seed })).toBe('PermissionDenied')
})
