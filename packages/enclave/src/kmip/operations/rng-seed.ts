/**
 * RNG Seed (KMIP 2.1 §6.1.50): the bytes are taken and not used, as the specification allows; a
 * client must not influence the randomness of others.
 */
import { handler } from '../scope.ts'

export const rngSeed = handler('RNGSeed', (_scope, request) => ({
  dataLength: request.data.length,
}))
