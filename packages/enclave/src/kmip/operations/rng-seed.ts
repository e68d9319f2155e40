/**
 * RNG Seed (KMIP 2.1 §6.1.50): how much of a seed is used is the operator's choice: all, a part,
 * nothing, or none is taken. What is used influences this tenant alone (seed-pool.ts).
 */
import { failWith } from '../failure.ts'
import { handler } from '../scope.ts'

export const rngSeed = handler('RNGSeed', (scope, request) => {
  const max = scope.facts.seedBytesMax
  if (max === 'denied') return failWith('PermissionDenied', 'this server takes no seeds')
  const used = request.data.subarray(0, max)
  if (used.length > 0) scope.memory.seeds.add(used, scope.crypto)
  return { dataLength: used.length }
})
